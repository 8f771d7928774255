"""A board: systems that did the same task on the same articles, with all their scores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, repeat

import numpy as np

from eval import baselines, comet, measures
from eval.articles import ArticleSet
from eval.decoding import flags_of
from eval.metrics import Rows
from eval.runner import Output, Run
from eval.significance import SAMPLES, SEED, Counts, Result, counts_of, results
from eval.systems import System, Task
from mt.errors import InputError, MissingExtraError, ModelError

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
    skipped: tuple[str, ...] = ()  # metrics that could not be had, each with the reason

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


def measures_of(key: str) -> tuple[str, ...]:
    """The keys of all that may be measured on a board; names only where the articles list some."""
    if key == "translation":
        return (*TRANSLATION_METRICS, "flagged", "comet", "names", "numbers")
    return (*SUMMARY_METRICS, "coverage", "novelty", "length", "flagged")


def _language(key: str) -> str:
    return "ar" if key == "summary-ar" else "en"


def _summed(rows: Rows, articles: Sequence[str]) -> Rows:
    groups = groupby(range(len(rows)), key=lambda i: articles[i])
    return np.array([rows[list(indices)].sum(axis=0) for _, indices in groups])


def board_key(system: System) -> str:
    """The board on which a system competes."""
    return "translation" if system.task == "translate" else f"summary-{system.language}"


def boards(
    runs: Iterable[Run],
    articles: ArticleSet,
    *,
    samples: int = SAMPLES,
    seed: int = SEED,
    offline: bool = False,
) -> list[Board]:
    """The boards that the runs belong on, each with the baselines of its task.

    Raises:
        InputError: the articles have no references for the task.
    """
    by_key: dict[str, list[Run]] = {}
    for run in runs:
        by_key.setdefault(board_key(run.system), []).append(run)
    return [
        board(
            key,
            [*found, *_baselines(key, articles)],
            articles,
            samples=samples,
            seed=seed,
            offline=offline,
        )
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
    offline: bool = False,
) -> Board:
    """The board of these runs, which must be of its task; each is compared with the first.

    Args:
        only: the measures that are wanted; all if not given.
        offline: COMET must not fetch its model.

    Raises:
        InputError: the articles have no references for the task.
    """
    units = units_of(key, articles)
    neural, skipped = _comet(key, units, runs, only, offline=offline)
    of_units = (*_of_units(key, units, runs, only), *neural)
    groups = (of_units, _of_articles(key, articles, runs, only))
    found = [results(counts, samples=samples, seed=seed) for counts in groups if counts]
    everything = tuple(chain.from_iterable(found))
    return Board(key, units, tuple(runs), sum(groups, ()), everything, skipped)


def _comet(
    key: str, units: Sequence[Unit], runs: Sequence[Run], only: Collection[str], *, offline: bool
) -> tuple[tuple[Counts, ...], tuple[str, ...]]:
    """What COMET counts, or why it does not."""
    if key != "translation" or (only and "comet" not in only):
        return (), ()
    texts = {run.system.name: run.texts for run in runs}
    sources, references = [unit.source for unit in units], [unit.reference for unit in units]
    try:
        return (comet.counts(sources, texts, references, offline=offline),), ()
    except (MissingExtraError, ModelError) as error:
        return (), (f"COMET is left out: {error}",)


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
