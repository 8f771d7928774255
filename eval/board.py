"""A board: systems that did the same task on the same articles, with all their scores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, repeat

import numpy as np

from eval import baselines, measures
from eval.articles import ArticleSet
from eval.decoding import flags_of
from eval.metrics import Rows
from eval.runner import Output, Run
from eval.significance import SAMPLES, SEED, Counts, Result, counts_of, results
from eval.systems import System, Task
from mt.errors import InputError

TRANSLATION_METRICS = ("bleu", "chrf", "chrf++", "ter")
SUMMARY_METRICS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
TITLES = {
    "translation": "Translation into English",
    "summary-en": "Summaries in English",
    "summary-ar": "Summaries in Arabic",
}
_EXTRACTS = {"lead-3": "lead", "LexRank": "lexrank", "TextRank": "textrank"}
BASELINES = ("copy", *_EXTRACTS, "oracle")


@dataclass(frozen=True)
class Unit:
    """What is scored by itself: a segment of a translation, or a summary of an article."""

    article: str  # id
    source: str  # the segment; or the article, in the language of the summary
    reference: str


@dataclass(frozen=True)
class Board:
    """The systems of one task, baselines last, and how they compare with the first."""

    key: str  # one of TITLES
    units: tuple[Unit, ...]
    runs: tuple[Run, ...]
    counts: tuple[Counts, ...]  # of units, or of articles (names and numbers)
    results: tuple[Result, ...]

    @property
    def language(self) -> str:
        """Of hypotheses and references."""
        return _language(self.key)

    @property
    def articles(self) -> list[str]:
        """The ids of the articles, in order."""
        return list(dict.fromkeys(unit.article for unit in self.units))

    def by_article(self, counts: Counts, system: str) -> list[float]:
        """The score of a system on each article."""
        rows = counts.rows[system]
        if len(rows) == len(self.units):
            rows = _summed(rows, [unit.article for unit in self.units])
        return [counts.measure.value(row) for row in rows]

    def by_unit(self, key: str, system: str) -> list[float]:
        """The score of a system on each unit by a metric that counts units."""
        counts = next(counts for counts in self.counts if counts.measure.key == key)
        return [counts.measure.segment_value(row) for row in counts.rows[system]]


def _language(key: str) -> str:
    return "ar" if key == "summary-ar" else "en"


def _summed(rows: Rows, articles: Sequence[str]) -> Rows:
    groups = groupby(range(len(rows)), key=lambda i: articles[i])
    return np.array([rows[list(indices)].sum(axis=0) for _, indices in groups])


def board_key(system: System) -> str:
    """The board on which a system competes."""
    return "translation" if system.task == "translate" else f"summary-{system.language}"


def boards(
    runs: Iterable[Run], articles: ArticleSet, *, samples: int = SAMPLES, seed: int = SEED
) -> list[Board]:
    """The boards that the runs belong on, each with the baselines of its task.

    Raises:
        InputError: the articles have no references for the task.
    """
    by_key: dict[str, list[Run]] = {}
    for run in runs:
        by_key.setdefault(board_key(run.system), []).append(run)
    return [
        board(key, [*found, *_baselines(key, articles)], articles, samples=samples, seed=seed)
        for key, found in by_key.items()
    ]


def board(
    key: str,
    runs: Sequence[Run],
    articles: ArticleSet,
    *,
    only: Collection[str] = (),
    samples: int = SAMPLES,
    seed: int = SEED,
) -> Board:
    """The board of these runs, which must be of its task; each is compared with the first.

    Args:
        only: the measures that are wanted; all if not given.

    Raises:
        InputError: the articles have no references for the task.
    """
    units = units_of(key, articles)
    groups = (_of_units(key, units, runs, only), _of_articles(key, articles, runs, only))
    found = [results(counts, samples=samples, seed=seed) for counts in groups if counts]
    return Board(key, units, tuple(runs), sum(groups, ()), tuple(chain.from_iterable(found)))


def _of_units(
    key: str, units: Sequence[Unit], runs: Sequence[Run], only: Collection[str]
) -> tuple[Counts, ...]:
    texts = {run.system.name: run.texts for run in runs}
    known = TRANSLATION_METRICS if key == "translation" else SUMMARY_METRICS
    metrics = [metric for metric in known if not only or metric in only]
    references = [[unit.reference for unit in units]]
    counts = counts_of(metrics, texts, references, language=_language(key))
    sources = [unit.source for unit in units]
    if key != "translation" and all(sources):
        overlaps = {name: measures.overlap_rows(sources, found) for name, found in texts.items()}
        for measure in (measures.COVERAGE, measures.NOVELTY, measures.LENGTH):
            counts.append(Counts(measure, {name: o[measure] for name, o in overlaps.items()}))
    flags = {run.system.name: [output.flags for output in run.outputs] for run in runs}
    flagged = {name: measures.flag_rows(found) for name, found in flags.items()}
    return _wanted([*counts, Counts(measures.FLAGGED, flagged)], only)


def _wanted(counts: Sequence[Counts], only: Collection[str]) -> tuple[Counts, ...]:
    return tuple(c for c in counts if not only or c.measure.key in only)


def _of_articles(
    key: str, articles: ArticleSet, runs: Sequence[Run], only: Collection[str]
) -> tuple[Counts, ...]:
    """Names and numbers, which a translation must carry and a summary need not."""
    if key != "translation":
        return ()
    whole = {run.system.name: _whole(articles, run.texts) for run in runs}
    kept = [
        Counts(measure, {name: rows(articles.articles, texts) for name, texts in whole.items()})
        for measure, rows in (
            (measures.NAMES, measures.name_rows),
            (measures.NUMBERS, measures.number_rows),
        )
    ]
    return _wanted([c for c in kept if next(iter(c.rows.values()))[:, 1].any()], only)


def units_of(key: str, articles: ArticleSet) -> tuple[Unit, ...]:
    """What is scored by itself on this board.

    Raises:
        InputError: an article has no reference for the task.
    """
    if key == "translation":
        units = tuple(
            Unit(article.id, segment.source, segment.reference)
            for article in articles.articles
            for segment in article.segments
        )
    elif key == "summary-ar":
        units = tuple(Unit(a.id, a.source, a.summary_ar) for a in articles.articles)
    else:
        units = tuple(Unit(a.id, a.reference, a.summary_en) for a in articles.articles)
    bare = next((unit for unit in units if not unit.reference), None)
    if bare is not None:
        what = "a translation of every segment" if key == "translation" else "a summary"
        raise InputError(f"article {bare.article!r} of {articles.name} lacks {what} to score with")
    return units


def _whole(articles: ArticleSet, segments: Sequence[str]) -> list[str]:
    """The translation of each article as one text."""
    rest = iter(segments)
    return [a.laid_out([next(rest) for _ in a.segments]) for a in articles.articles]


def _baselines(key: str, articles: ArticleSet) -> list[Run]:
    units = units_of(key, articles)
    sources = [unit.source for unit in units]
    if key == "translation":
        return [_baseline("copy", key, sources, sources)]
    if not all(sources):
        return []
    references = [unit.reference for unit in units]
    found = {name: baselines.extracts(sources, method) for name, method in _EXTRACTS.items()}
    found["oracle"] = baselines.oracle(sources, references, language=_language(key))
    return [_baseline(name, key, sources, texts) for name, texts in found.items()]


def _baseline(name: str, key: str, sources: Sequence[str], texts: Sequence[str]) -> Run:
    task: Task = "translate" if key == "translation" else "summarize"
    outputs = tuple(map(Output, texts, map(flags_of, repeat(task), sources, texts)))
    system = System(name, "baseline", task, _language(key))
    return Run(system, "no model", outputs, is_baseline=True)
