"""Trains the network on the pairs of a file; killed and started again, it goes on where it was.

The rate falls in a straight line to nothing at a set hour (or step), however fast the machine is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from multiprocessing import parent_process
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import torch
import typer
from transformers import AutoTokenizer

from mt.bundled.recipe.batches import Batch, Tokenizer, epochs, read_pairs
from mt.bundled.recipe.measure import Dev, dev_set, measure
from mt.bundled.recipe.network import SOURCE_VECTORS, Network
from mt.bundled.recipe.workers import Board, Worker, dismiss, follow, lead

WARM_UP = 60  # steps
SMOOTHING = 0.1
LOG_STEPS = 20
TOKENIZER = "tokenizer.json"
CHECKPOINTED = ("weights", "mean", "square", "updates")


@dataclass(frozen=True)
class Job:
    """What every worker needs to know."""

    start: Path
    pairs: Path
    rates: tuple[float, float]
    batch_tokens: int
    per_step: int
    compiled: bool
    seed: int


def assist(job: Job, board: Board, rank: int, skip: int) -> None:
    """The life of a worker that follows."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the leader says when to stop
    torch.set_num_threads(1)
    _choose_compiler(job)
    network = Network(job.start, target_tokens(job.start))
    network.attach(board.weights)
    worker = Worker(network, board, rank, job.rates, SMOOTHING)
    pairs = read_pairs(job.pairs, AutoTokenizer.from_pretrained(job.start))
    follow(worker, epochs(pairs, job.batch_tokens, job.seed, skip), job.per_step)


def _choose_compiler(job: Job) -> None:
    """Compile, or, for models too small to repay it, not."""
    if not job.compiled:
        torch.compiler.set_stance("force_eager")


def _leave_with_parent() -> None:
    """End this process when the one that started it has been killed."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


@dataclass
class Progress:
    """Where a run is; saved with the weights."""

    step: int = 0
    tokens: int = 0
    began: float = field(default_factory=time.time)
    batch: int = 0  # batches drawn from the present training file
    pairs: str = ""  # digest of that file; another one is read from its beginning
    tokenizer: str = ""  # digest of the start's; the vectors are those of its tokens


@dataclass(frozen=True)
class Schedule:
    """How far a run has come, from 0 to 1, by the clock or by steps."""

    ends: float  # seconds since the epoch, or 0 when steps count
    steps: int

    def done(self, progress: Progress) -> float:
        """The share of the run that is behind."""
        if self.steps:
            return progress.step / self.steps
        return (time.time() - progress.began) / (self.ends - progress.began)

    def factor(self, progress: Progress) -> float:
        """What the learning rates are multiplied by."""
        return min(1.0, (progress.step + 1) / WARM_UP) * max(0.0, 1 - self.done(progress))


class Run:
    """The leading worker, progress and log of one folder."""

    def __init__(self, folder: Path, start: Path, job: Job, workers: int) -> None:
        """`start` is the model to begin with."""
        self.folder, self.start = folder, start
        self.tokenizer: Tokenizer = AutoTokenizer.from_pretrained(start)
        self.network = Network(start, target_tokens(start))
        context = torch.multiprocessing.get_context("spawn")
        self.board = Board.of(self.network.starting_weights(start), workers, context)
        self.progress = Progress()
        folder.mkdir(parents=True, exist_ok=True)
        self.resumed = self._resume()
        self._turn_to(start, job.pairs)
        self.network.attach(self.board.weights)
        self.worker = Worker(self.network, self.board, 0, job.rates, SMOOTHING)
        self.others = [
            context.Process(target=assist, args=(job, self.board, rank, self.progress.batch))
            for rank in range(1, workers)
        ]
        for process in self.others:
            process.start()

    def _resume(self) -> bool:
        """Take up a checkpoint if there is one."""
        file = self.folder / "checkpoint.pt"
        if not file.exists():
            return False
        state = torch.load(file, weights_only=True, mmap=True)
        for name in CHECKPOINTED:
            getattr(self.board, name).copy_(state[name])
        self.progress = Progress(**state["progress"])
        return True

    def _turn_to(self, start: Path, pairs: Path) -> None:
        """Begin at the first batch if the training file is not the one of the checkpoint."""
        files = (start / TOKENIZER, pairs)
        tokenizer, digest = (sha256(file.read_bytes()).hexdigest() for file in files)
        if self.progress.tokenizer not in ("", tokenizer):
            raise typer.BadParameter(
                f"{self.folder} has a run that began with another tokenizer than that of {start}; "
                "delete the folder to begin anew, or give another one"
            )
        if digest != self.progress.pairs:
            self.progress.batch = 0
        self.progress.tokenizer, self.progress.pairs = tokenizer, digest

    def save(self) -> None:
        """Write the checkpoint; an older one stays until the new one is whole."""
        state = {name: getattr(self.board, name) for name in CHECKPOINTED}
        partial = self.folder / "checkpoint.partial"
        torch.save(state | {"progress": vars(self.progress)}, partial)
        partial.rename(self.folder / "checkpoint.pt")

    def learn(self, batches: list[Batch], factor: float) -> float:
        """One step; returns the loss."""
        loss = lead(self.worker, batches, factor)
        self.progress.step += 1
        self.progress.batch += len(batches)
        self.progress.tokens += sum(batch.tokens for batch in batches)
        return loss

    def measure(self, dev: list[Dev]) -> None:
        """Log the scores on held-out sets."""
        found = {d.name: measure(self.network, self.tokenizer, d) for d in dev}
        self.log(step=self.progress.step, dev=found)

    def end(self) -> None:
        """Let the other workers go."""
        dismiss(self.board)
        for process in self.others:
            process.join()

    def log(self, **values: Any) -> None:
        """Add a line to the log and show it."""
        values = {"time": datetime.now().isoformat(timespec="seconds")} | values
        line = json.dumps(values, ensure_ascii=False)
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        typer.echo(line)


def target_tokens(start: Path) -> int:
    """How many tokens of the output matrix are in use: the rows after them are zero."""
    from safetensors import safe_open

    with safe_open(start / "model.safetensors", "pt") as tensors:
        used = tensors.get_tensor("lm_head.weight").abs().amax(1) > 0
    return int(used.nonzero().max()) + 1


def finish(run: Run) -> None:
    """Write the trained model as an ordinary folder, `model` in the folder of the run."""
    from safetensors.torch import load_file, save_file

    target = run.folder / "model"
    shutil.copytree(run.start, target, dirs_exist_ok=True)
    state = load_file(run.start / "model.safetensors")
    changed = {name: value.clone() for name, value in run.network.masters.items()}
    english = state["model.embed_tokens.weight"][: run.network.target_tokens]
    changed["model.embed_tokens.weight"] = torch.cat([english, changed.pop(SOURCE_VECTORS)])
    state |= changed
    save_file(state, target / "model.safetensors", metadata={"format": "pt"})


class Alarm:
    """Asks for a checkpoint before the end when the program is told to stop."""

    def __init__(self) -> None:
        self.rung = False
        signal.signal(signal.SIGTERM, self._ring)
        signal.signal(signal.SIGINT, self._ring)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        self.rung = True


@dataclass
class Meter:
    """Loss and speed since the last line of the log."""

    loss: float = 0.0
    tokens: int = 0
    steps: int = 0
    since: float = field(default_factory=time.time)

    def add(self, loss: float, tokens: int) -> None:
        """Count a step."""
        self.loss += loss
        self.tokens += tokens
        self.steps += 1

    def read(self) -> dict[str, float]:
        """The means; begins anew."""
        seconds = time.time() - self.since
        means = {"loss": round(self.loss / self.steps, 4), "per_second": self.tokens // seconds}
        self.loss, self.tokens, self.steps, self.since = 0.0, 0, 0, time.time()
        return means


def train(
    run: Run, job: Job, schedule: Schedule, dev: list[Dev], every: tuple[float, float]
) -> None:
    """Steps until the schedule ends; `every` are seconds between checkpoints and dev scores."""
    examples = read_pairs(job.pairs, run.tokenizer)
    size = sum(map(len, examples))
    run.log(resumed=run.resumed, pairs=len(examples), epoch_tokens=size, step=run.progress.step)
    batches = epochs(examples, job.batch_tokens, job.seed, skip=run.progress.batch)
    alarm, meter, saved, measured = Alarm(), Meter(), time.time(), time.time()
    while not alarm.rung and schedule.done(run.progress) < 1:
        drawn = [next(batches) for _ in range(job.per_step)]
        factor = schedule.factor(run.progress)
        meter.add(run.learn(drawn, factor), sum(batch.tokens for batch in drawn))
        if run.progress.step % LOG_STEPS == 0:
            rate = round(factor, 4)
            run.log(step=run.progress.step, tokens=run.progress.tokens, rate=rate, **meter.read())
        if time.time() - saved > every[0]:
            run.save()
            saved = time.time()
        if time.time() - measured > every[1]:
            run.measure(dev)
            measured = meter.since = time.time()
            meter.tokens = 0
    run.save()
    if not alarm.rung:
        run.measure(dev)
        finish(run)
    run.end()


def main(
    start: Annotated[Path, typer.Argument(help="Model folder to begin with.")],
    pairs: Annotated[Path, typer.Argument(help="Training file: source, target, tab-separated.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the run.")],
    until: Annotated[
        str, typer.Option(help="When to end, 2026-11-22T19:15; or give --steps.")
    ] = "",
    steps: Annotated[int, typer.Option(help="How many steps; 0 goes by the clock.")] = 0,
    dev: Annotated[list[Path] | None, typer.Option(help="Held-out pairs to score.")] = None,
    dev_segments: Annotated[int, typer.Option(help="Segments translated for a score.")] = 60,
    workers: Annotated[int, typer.Option(help="Processes, one core each.")] = 2,
    batch_tokens: Annotated[int, typer.Option(help="Positions in a batch.")] = 512,
    per_step: Annotated[int, typer.Option(help="Batches in a step, shared by the workers.")] = 4,
    compiled: Annotated[bool, typer.Option(help="Compile the network first.")] = True,
    rate: Annotated[float, typer.Option(help="Learning rate of the weights.")] = 4e-4,
    vector_rate: Annotated[float, typer.Option(help="Of the source vectors.")] = 8e-4,
    save_minutes: Annotated[float, typer.Option(help="Between checkpoints.")] = 5,
    dev_minutes: Annotated[float, typer.Option(help="Between dev scores.")] = 15,
    seed: Annotated[int, typer.Option(help="Decides the order of the pairs.")] = 0,
) -> None:
    """Train; go on from the checkpoint in the output folder if there is one."""
    if not until and not steps:
        raise typer.BadParameter("give --until or --steps")
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    job = Job(start, pairs, (rate, vector_rate), batch_tokens, per_step, compiled, seed)
    _choose_compiler(job)
    run = Run(output, start, job, workers)
    sets = [dev_set(file, run.tokenizer, dev_segments, batch_tokens) for file in dev or []]
    schedule = Schedule(datetime.fromisoformat(until).timestamp() if until else 0, steps)
    train(run, job, schedule, sets, (save_minutes * 60, dev_minutes * 60))


if __name__ == "__main__":
    typer.run(main)
