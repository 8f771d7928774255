"""Gates: the scores that a run must reach, and the drops from a baseline that it must not have.

A drop fails a gate only if it is larger than allowed and more than chance, by the paired
bootstrap on the outputs that the baseline keeps; a large one that may be chance warns.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eval.articles import ArticleSet
from eval.board import Board, board
from eval.manifest import Manifest
from eval.reading import read_lines
from eval.runner import Run, from_object
from eval.significance import LEVEL
from mt.errors import InputError
from mt.outputs import replacing

_FORMAT = 1  # of the baseline file


@dataclass(frozen=True)
class Limit:
    """A metric and a number, as the user gave them."""

    metric: str
    value: float


@dataclass(frozen=True)
class Verdict:
    """What became of one gate for one system."""

    gate: str
    system: str
    outcome: str  # "passed", "warned" or "failed"
    message: str


@dataclass(frozen=True)
class Baseline:
    """The outputs of an earlier run on the same articles."""

    path: Path
    runs: tuple[Run, ...]


def parse_limit(text: str) -> Limit:
    """The limit that METRIC=VALUE describes.

    >>> parse_limit("bleu=20")
    Limit(metric='bleu', value=20.0)

    Raises:
        InputError: the text has not this form.
    """
    metric, _, value = text.partition("=")
    try:
        return Limit(metric, float(value))
    except ValueError as error:
        raise InputError(f"{text!r} is no limit; write METRIC=VALUE, as bleu=20") from error


def fail_under(boards: Iterable[Board], limits: Sequence[Limit]) -> list[Verdict]:
    """Whether each system reaches each limit; for metrics where low is good, stays below it.

    Raises:
        InputError: no system has a score by that metric.
    """
    boards = list(boards)
    return [verdict for limit in limits for verdict in _fail_under(boards, limit)]


def _fail_under(boards: list[Board], limit: Limit) -> list[Verdict]:
    verdicts = []
    for board_ in _with_metric(boards, limit.metric):
        measure = next(c.measure for c in board_.counts if c.measure.key == limit.metric)
        competing = {run.system.name for run in board_.runs if not run.is_baseline}
        for result in board_.results:
            if result.metric != limit.metric or result.system not in competing:
                continue
            score = result.score.value
            is_met = score <= limit.value if measure.lower_is_better else score >= limit.value
            side = "above" if measure.lower_is_better else "below"
            verdicts.append(
                Verdict(
                    f"{limit.metric}={limit.value:g}",
                    result.system,
                    "passed" if is_met else "failed",
                    f"{result.system}: {result.score.name} {score:.2f} is "
                    + (f"within {limit.value:g}" if is_met else f"{side} {limit.value:g}"),
                )
            )
    return verdicts


def _with_metric(boards: list[Board], metric: str) -> list[Board]:
    found = [b for b in boards if any(c.measure.key == metric for c in b.counts)]
    if not found:
        known = dict.fromkeys(c.measure.key for b in boards for c in b.counts)
        reasons = "".join(f"; {reason}" for b in boards for reason in b.skipped)
        raise InputError(
            f"nothing is scored by {metric!r} here; gates take {', '.join(known)}{reasons}"
        )
    return found


def max_drop(
    boards: Iterable[Board], limits: Sequence[Limit], baseline: Baseline, articles: ArticleSet
) -> list[Verdict]:
    """Whether each system is about as good as the one of its name in the baseline.

    Raises:
        InputError: no system has a score by a metric of the limits.
    """
    boards = list(boards)
    for limit in limits:
        _with_metric(boards, limit.metric)
    earlier = {run.system.name: run for run in baseline.runs}
    verdicts = []
    for board_ in boards:
        for run in (run for run in board_.runs if not run.is_baseline):
            if run.system.name not in earlier:
                message = f"{run.system.name} is not in {baseline.path}: nothing to compare with"
                verdicts.append(Verdict("baseline", run.system.name, "warned", message))
                continue
            metrics = {limit.metric for limit in limits}
            pair = _pair(board_.key, earlier[run.system.name], run, articles, metrics)
            verdicts += [v for limit in limits for v in _max_drop(pair, limit, run.system.name)]
    return verdicts


def _pair(
    key: str, earlier: Run, run: Run, articles: ArticleSet, metrics: Collection[str]
) -> Board:
    """The board on which a run meets its earlier self, alone."""
    before = replace(earlier, system=replace(earlier.system, name="before"))
    now = replace(run, system=replace(run.system, name="now"))
    return board(key, [before, now], articles, only=metrics)


def _max_drop(pair: Board, limit: Limit, system: str) -> Iterator[Verdict]:
    for counts in pair.counts:
        if counts.measure.key != limit.metric:
            continue
        before, now = (r for r in pair.results if r.metric == limit.metric)
        change = now.score.value - before.score.value
        drop = change if counts.measure.lower_is_better else -change
        outcome = "passed"
        if drop > limit.value:
            outcome = "failed" if now.significant else "warned"
        yield Verdict(
            f"max-drop {limit.metric}={limit.value:g}",
            system,
            outcome,
            f"{system}: {now.score.name} {before.score.value:.2f} → {now.score.value:.2f} "
            f"({change:+.2f}, p={now.p_value:.3f}, {limit.value:g} allowed"
            + (f"; may be chance, as p is not below {LEVEL:g})" if outcome == "warned" else ")"),
        )


def save_baseline(
    path: Path, runs: Iterable[Run], articles: ArticleSet, manifest: Manifest
) -> None:
    """Keep the outputs, so that later runs can be compared with them segment by segment.

    Raises:
        InputError: the file cannot be written.
    """
    content = {
        "format": _FORMAT,
        "articles": articles.identity,
        "manifest": asdict(manifest),
        "runs": [asdict(run) for run in runs if not run.is_baseline],
    }
    with replacing(path) as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.write("\n")


def load_baseline(path: Path, articles: ArticleSet) -> Baseline:
    """The outputs that `save_baseline` kept.

    Raises:
        InputError: the file is no baseline, or one of other articles.
    """
    lines = read_lines(path)
    try:
        content: dict[str, Any] = dict(json.loads("\n".join(lines)))
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is no baseline: it is not a JSON object") from error
    if content.get("format") != _FORMAT or "runs" not in content:
        raise InputError(f"{path} is no baseline of this version; make one with --save-baseline")
    if content["articles"] != articles.identity:
        raise InputError(
            f"{path} is a baseline for other articles than {articles.name}; "
            "make a new one with --save-baseline"
        )
    return Baseline(path, tuple(map(from_object, content["runs"])))
