"""Sentence pairs as token ids, packed into batches of fixed shape.

A row holds several pairs side by side; `Batch.segments` tells them apart, so that attention never
crosses from one to the next. Fixed shapes let the network be compiled once for each row length.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

ROW_LENGTHS = (128, 256, 512)
Tokenizer = Any  # by the types of transformers, calling one gives a union that fits nothing
OPEN_ROWS = 64  # rows considered for the next pair before the fullest is closed


@dataclass(frozen=True)
class Pair:
    """One training example: prompt and answer as ids; the loss counts the answer only."""

    ids: np.ndarray  # int32: start, source, separator, target, end
    answer: int  # index of the first target id

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Batch:
    """`rows × length` positions; `predict` are flat positions whose successor is learned."""

    ids: Tensor
    positions: Tensor
    segments: Tensor
    predict: Tensor
    answers: Tensor

    @property
    def tokens(self) -> int:
        """How many positions are not padding."""
        return int((self.segments >= 0).sum())


def read_pairs(file: Path, tokenizer: Tokenizer) -> list[Pair]:
    """Pairs of a file of lines `source TAB target [TAB …]` that are no longer than a row."""
    lines = file.read_text(encoding="utf-8").split("\n")
    columns = [line.split("\t") for line in lines if line.count("\t")]
    sources = _encoded(tokenizer, [" " + c[0].strip() for c in columns])
    targets = _encoded(tokenizer, [c[1].strip() for c in columns])
    start, stop, separator = special_ids(tokenizer)
    pairs = [
        Pair(np.array([start, *s, separator, *t, stop], dtype=np.int32), len(s) + 2)
        for s, t in zip(sources, targets, strict=True)
    ]
    return [pair for pair in pairs if len(pair) <= ROW_LENGTHS[-1]]


def special_ids(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Ids that open the source, end the target, and stand between the two."""
    start, stop, separator = tokenizer.convert_tokens_to_ids(
        ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    )
    return start, stop, separator


def _encoded(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def epochs(pairs: Sequence[Pair], batch_tokens: int, seed: int, skip: int = 0) -> Iterator[Batch]:
    """Batches for ever, another order each epoch; the same `seed` gives the same batches.

    `skip` leaves out that many batches at the front: those a resumed run has already seen.
    """
    epoch = 0
    while True:
        plan = _plan(pairs, batch_tokens, random.Random(f"{seed} {epoch}"))
        yield from (
            _filled([[pairs[i] for i in row] for row in rows], n) for n, rows in plan[skip:]
        )
        skip = max(0, skip - len(plan))
        epoch += 1


def in_order(pairs: Sequence[Pair], batch_tokens: int) -> list[Batch]:
    """Every pair once: for measuring the loss on held-out text."""
    plan = _plan(pairs, batch_tokens, random.Random(0))
    return [_filled([[pairs[i] for i in row] for row in rows], n) for n, rows in plan]


def _plan(
    pairs: Sequence[Pair], batch_tokens: int, dice: random.Random
) -> list[tuple[int, list[list[int]]]]:
    """What goes into each batch of one epoch: row length and the pairs of each row."""
    order = list(range(len(pairs)))
    dice.shuffle(order)
    plan = []
    shorter = 0
    for length in ROW_LENGTHS:
        fitting = [i for i in order if shorter < len(pairs[i]) <= length]
        rows = _rows(pairs, fitting, length)
        dice.shuffle(rows)
        size = max(1, batch_tokens // length)
        plan += [(length, rows[at : at + size]) for at in range(0, len(rows), size)]
        shorter = length
    dice.shuffle(plan)
    # every batch of a row length has the same shape, so a last, smaller one is filled with blanks
    return [(n, rows + [[]] * (max(1, batch_tokens // n) - len(rows))) for n, rows in plan]


def _rows(pairs: Sequence[Pair], order: Sequence[int], length: int) -> list[list[int]]:
    """Pairs laid into rows: each into the fullest open row that has room for it."""
    rows: list[list[int]] = []
    opened: list[tuple[int, list[int]]] = []  # room left, pairs
    for i in order:
        fits = [row for row in opened if row[0] >= len(pairs[i])]
        room, row = min(fits, key=lambda r: r[0]) if fits else (length, [])
        if fits:
            opened.remove((room, row))
        else:
            rows.append(row)
        row.append(i)
        opened.append((room - len(pairs[i]), row))
        if len(opened) > OPEN_ROWS:
            opened.remove(min(opened, key=lambda r: r[0]))
    return rows


def _filled(rows: list[list[Pair]], length: int) -> Batch:
    """The tensors of one batch."""
    shape = (len(rows), length)
    ids = torch.zeros(shape, dtype=torch.long)
    positions = torch.zeros(shape, dtype=torch.long)
    segments = torch.full(shape, -1)
    predict: list[Tensor] = []
    answers: list[Tensor] = []
    for r, row in enumerate(rows):
        at = 0
        for s, pair in enumerate(row):
            end = at + len(pair)
            ids[r, at:end] = torch.from_numpy(pair.ids)
            positions[r, at:end] = torch.arange(len(pair))
            segments[r, at:end] = s
            predict.append(torch.arange(at + pair.answer - 1, end - 1) + r * length)
            answers.append(torch.from_numpy(pair.ids[pair.answer :]).long())
            at = end
    return Batch(ids, positions, segments, torch.cat(predict), torch.cat(answers))
