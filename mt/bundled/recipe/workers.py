"""Training steps shared by single-threaded processes.

Two threads of one process meet at the end of every small operation, and wait there whenever
another program has one of the two cores. Processes meet three times a step instead: each takes
the next batch of the step that nobody has taken, then updates its share of the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.context import SpawnContext
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier

import torch
from torch import Tensor

from mt.bundled.recipe.batches import Batch
from mt.bundled.recipe.network import Network

BETAS = (0.9, 0.98)
LARGEST_GRADIENT = 1.0
PATIENCE = 1800.0  # seconds to wait for the others: a dev score, or compiling, can take minutes


@dataclass
class Board:
    """What the processes share."""

    weights: Tensor
    mean: Tensor  # AdamW's running averages of the gradient and of its square
    square: Tensor
    gradients: Tensor  # [workers, weights]
    norms: Tensor  # [workers]
    losses: Tensor  # [workers]
    factor: Tensor  # of the learning rates; negative ends the work
    updates: Tensor  # steps of AdamW so far
    taken: Synchronized[int]
    barrier: Barrier

    @classmethod
    def of(cls, weights: Tensor, workers: int, context: SpawnContext) -> Board:
        """A board in shared memory around these weights."""
        size = len(weights)
        return cls(
            weights=_shared(weights),
            mean=_shared(torch.zeros(size)),
            square=_shared(torch.zeros(size)),
            gradients=_shared(torch.zeros(workers, size)),
            norms=_shared(torch.zeros(workers)),
            losses=_shared(torch.zeros(workers)),
            factor=_shared(torch.zeros(1)),
            updates=_shared(torch.zeros(1)),
            taken=context.Value("i", 0),
            barrier=context.Barrier(workers),
        )


def _shared(tensor: Tensor) -> Tensor:
    return tensor.share_memory_()  # type: ignore[no-untyped-call, no-any-return]


class Worker:
    """One process's part in the steps."""

    def __init__(
        self,
        network: Network,
        board: Board,
        rank: int,
        rates: tuple[float, float],
        smoothing: float,
    ) -> None:
        """`rates` are the learning rates of the weights and of the source vectors."""
        self.network, self.board, self.rank, self.smoothing = network, board, rank, smoothing
        self.rates = rates
        workers = len(board.norms)
        self.regions = [
            _share(0, network.vectors_at, rank, workers),
            _share(network.vectors_at, network.size, rank, workers),
        ]

    def step(self, batches: Sequence[Batch]) -> float:
        """Learn from these batches together with the other workers; returns the mean loss."""
        board, own = self.board, self.board.gradients[self.rank]
        answers = sum(len(batch.answers) for batch in batches)
        own.zero_()
        loss = 0.0
        while (i := self._take()) < len(batches):
            part = self.network.loss(batches[i], self.smoothing) / answers
            part.backward()  # type: ignore[no-untyped-call]
            self.network.move_gradients(own)
            loss += float(part.detach())
        board.losses[self.rank] = loss
        board.barrier.wait(PATIENCE)
        self._update()
        board.barrier.wait(PATIENCE)
        self.network.refresh()
        return float(board.losses.sum())

    def _take(self) -> int:
        with self.board.taken.get_lock():
            i = self.board.taken.value
            self.board.taken.value += 1
        return i

    @torch.no_grad()
    def _update(self) -> None:
        """AdamW on this worker's share of the weights, gradients clipped by their whole norm."""
        board = self.board
        sums = [board.gradients[:, region].sum(0) for region in self.regions]
        board.norms[self.rank] = sum(float(total.square().sum()) for total in sums)
        board.barrier.wait(PATIENCE)
        norm = float(board.norms.sum()) ** 0.5
        scale = min(1.0, LARGEST_GRADIENT / (norm + 1e-6))
        if norm == norm and norm != float("inf"):
            for total, region, rate in zip(sums, self.regions, self.rates, strict=True):
                self._adamw(total * scale, region, rate * float(board.factor))

    def _adamw(self, gradient: Tensor, region: slice, rate: float) -> None:
        board = self.board
        torch._fused_adamw_(
            [board.weights[region]],
            [gradient],
            [board.mean[region]],
            [board.square[region]],
            [],
            [board.updates.clone()[0]],
            lr=rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


def _share(start: int, end: int, rank: int, workers: int) -> slice:
    """One worker's part of a range."""
    size = end - start
    return slice(start + size * rank // workers, start + size * (rank + 1) // workers)


def follow(worker: Worker, batches: Iterator[Batch], per_step: int) -> None:
    """Take part in every step until the leader ends the work."""
    while True:
        worker.board.barrier.wait(PATIENCE)  # the leader has set the rate
        if float(worker.board.factor) < 0:
            return
        worker.step([next(batches) for _ in range(per_step)])


def lead(worker: Worker, batches: Sequence[Batch], factor: float) -> float:
    """One step with the followers; returns the loss."""
    worker.board.factor.fill_(factor)
    worker.board.updates += 1
    worker.board.taken.value = 0
    worker.board.barrier.wait(PATIENCE)
    return worker.step(batches)


def dismiss(board: Board) -> None:
    """End the followers' work."""
    board.factor.fill_(-1)
    board.barrier.wait(PATIENCE)
