"""Intervals and paired tests by bootstrap, from the rows of counts that the metrics leave.

The same draws, formulas and p-values as `sacrebleu --paired-bs` (Koehn 2004), for every metric.
sacreBLEU holds draws × segments × counts in memory (4 GB for 100,000 segments); here a draw is
a weight for each segment, and all metrics of all systems are resampled by one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from eval.metrics import METRICS, Measure, Row, Rows, Score, check_alignment, load_metric
from mt.errors import InputError

SAMPLES = 1000  # draws; sacreBLEU's defaults, which Moses had before it
SEED = 12345
LEVEL = 0.05  # below it a difference is called significant

_CHUNK = 500  # segments that one process counts at a time
_BLOCK = 1 << 22  # weights that are in memory at a time


@dataclass(frozen=True)
class Interval:
    """Where 95 % of the bootstrap scores lie."""

    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """The score of one system, and how it stands to the first one."""

    system: str
    metric: str  # key: "rougeL"
    score: Score
    interval: Interval
    difference: float | None = None  # to the first system; None for the first itself
    p_value: float | None = None  # that this difference is chance

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance, at the 5 % level."""
        return self.p_value is not None and self.p_value < LEVEL


@dataclass(frozen=True)
class Counts:
    """What one measure counted for several systems on the same segments."""

    measure: Measure
    rows: Mapping[str, Rows]  # system → segments × counts
    references: int = 1  # of each segment


def draws(segments: int, *, samples: int = SAMPLES, seed: int = SEED) -> Iterator[Rows]:
    """How often each segment is drawn, samples × segments in blocks: sacreBLEU's own draws."""
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // segments)
    for start in range(0, samples, block):
        size = min(block, samples - start)
        indices = rng.choice(segments, size=(size, segments), replace=True)
        yield np.array([np.bincount(row, minlength=segments) for row in indices], np.float64)


def resample(rows: Rows, *, samples: int = SAMPLES, seed: int = SEED) -> Rows:
    """The sum of counts of each draw: samples × counts."""
    return np.concatenate([w @ rows for w in draws(len(rows), samples=samples, seed=seed)])


def bootstrap(value: Callable[[Row], float], sums: Rows) -> NDArray[np.float64]:
    """The score of each draw."""
    return np.array([value(counts) for counts in sums])


def interval(scores: NDArray[np.float64]) -> Interval:
    """The middle 95 % of bootstrap scores; half its width is the ± that sacreBLEU prints.

    >>> interval(np.arange(1000.0))
    Interval(low=25.0, high=974.0)
    """
    ordered = np.sort(scores)
    cut = len(ordered) // 40
    return Interval(float(ordered[cut]), float(ordered[len(ordered) - cut - 1]))


def p_value(
    baseline: NDArray[np.float64], system: NDArray[np.float64], difference: float
) -> float:
    """How often draws differ by more than the corpora do, if the true difference were none.

    Centred as in Moses and sacreBLEU, where it makes in effect a one-sided test: p is 0.05 for a
    difference of 1.64 standard errors, and never much above 0.4.

    Args:
        baseline: the score of each draw for one system.
        system: and for the other, from the same draws.
        difference: of the scores of the whole corpora; none is chance for certain, where
            sacreBLEU's strict `>` would call a system different from itself.
    """
    if difference == 0:
        return 1.0
    differences = np.abs(system - baseline)
    extreme = np.sum(differences - differences.mean() > abs(difference))
    return float((extreme + 1) / (len(differences) + 1))


def compare(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[Sequence[str]],
    metrics: Sequence[str] = METRICS,
    *,
    language: str = "en",
    samples: int = SAMPLES,
    seed: int = SEED,
    processes: int = 1,
) -> list[Result]:
    """Score systems on the same references; each after the first is tested against the first.

    Args:
        systems: name → one hypothesis a segment.
        references: one sequence a translator.
        language: of the hypotheses (ISO 639-1).
        samples: draws of the bootstrap.
        processes: that count in parallel; the result does not depend on it.

    Returns:
        One result a metric and system, metrics in the order given, systems in theirs.

    Raises:
        InputError: no such metric, no system, or texts that are not aligned.
    """
    counts = counts_of(metrics, systems, references, language=language, processes=processes)
    return results(counts, samples=samples, seed=seed)


def counts_of(
    metrics: Sequence[str],
    systems: Mapping[str, Sequence[str]],
    references: Sequence[Sequence[str]],
    *,
    language: str = "en",
    processes: int = 1,
) -> list[Counts]:
    """What each metric counts for each system; arguments and errors are those of `compare`."""
    if not systems:
        raise InputError("no hypotheses to score; give at least one system")
    for hypotheses in systems.values():
        check_alignment(hypotheses, references)
    loaded = [load_metric(key, language=language) for key in metrics]
    counted = {
        name: count(metrics, hypotheses, references, language=language, processes=processes)
        for name, hypotheses in systems.items()
    }
    return [
        Counts(metric, {name: tables[i] for name, tables in counted.items()}, len(references))
        for i, metric in enumerate(loaded)
    ]


def results(counts: Sequence[Counts], *, samples: int = SAMPLES, seed: int = SEED) -> list[Result]:
    """The results of several measures that counted the same segments; all share the draws."""
    tables = [table for measured in counts for table in measured.rows.values()]
    edges = np.cumsum([table.shape[1] for table in tables])[:-1]
    sums = iter(np.split(resample(np.hstack(tables), samples=samples, seed=seed), edges, axis=1))
    return [
        result
        for measured in counts
        for result in _results(
            measured,
            [next(sums) for _ in measured.rows],
            measured.measure.signature(measured.references, samples=samples, seed=seed),
        )
    ]


def _results(counts: Counts, sums: list[Rows], signature: str) -> Iterator[Result]:
    value = counts.measure.value
    scores = [value(rows.sum(axis=0)) for rows in counts.rows.values()]
    drawn = [bootstrap(value, of_system) for of_system in sums]
    for i, system in enumerate(counts.rows):
        difference = scores[i] - scores[0] if i else None
        yield Result(
            system,
            counts.measure.key,
            Score(counts.measure.name, scores[i], signature),
            interval(drawn[i]),
            difference,
            None if difference is None else p_value(drawn[0], drawn[i], difference),
        )


def count(
    metrics: Sequence[str],
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    language: str = "en",
    processes: int = 1,
) -> list[Rows]:
    """The rows of each metric; a segment is counted by itself, so they can be shared out."""
    jobs = [
        (
            tuple(metrics),
            language,
            hypotheses[start : start + _CHUNK],
            [stream[start : start + _CHUNK] for stream in references],
        )
        for start in range(0, len(hypotheses), _CHUNK)
    ]
    if processes > 1 and len(jobs) > 2 * processes:
        # Not forked: a process that has loaded a model has threads, which a fork may hang on.
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(_count_chunk, jobs))
    else:
        parts = [_count_chunk(job) for job in jobs]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _count_chunk(
    job: tuple[Sequence[str], str, Sequence[str], Sequence[Sequence[str]]],
) -> list[Rows]:
    metrics, language, hypotheses, references = job
    return [load_metric(key, language=language).rows(hypotheses, references) for key in metrics]
