"""Measures beside the metrics: names and numbers kept, what is flagged, what is copied.

Like the metrics they count by segment or article, so they have intervals and tests too. Knows
nothing of meaning: a name counts as kept if one of its spellings is there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from eval.articles import EvalArticle
from eval.metrics import Row, Rows
from eval.tokenizer import words
from mt.quantities import missing
from summarize.overlap import Overlap, overlap

_VERSION = 1  # of the rules below; goes up when they change, as scores then cannot be compared


@dataclass(frozen=True)
class Mean:
    """A sum divided by how many there are; rows are (sum, number)."""

    key: str
    name: str
    lower_is_better: bool = False

    def value(self, counts: Row) -> float:
        """The mean; 0 where there is nothing to count."""
        return float(counts[0] / counts[1]) if counts[1] else 0.0

    def segment_value(self, row: Row) -> float:
        """The mean of one segment."""
        return self.value(row)

    def signature(self, references: int, *, samples: int = 0, seed: int = 0) -> str:
        """What the score depends on, in sacreBLEU's form."""
        draws = f"bs:{samples}|seed:{seed}|" if samples else ""
        return f"{draws}version:tarjama-{_VERSION}"


NAMES = Mean("names", "names kept %")
NUMBERS = Mean("numbers", "numbers kept %")
FLAGGED = Mean("flagged", "flagged %", lower_is_better=True)
COVERAGE = Mean("coverage", "coverage %")
NOVELTY = Mean("novelty", "novel bigrams %")
LENGTH = Mean("length", "words")


def name_rows(articles: Sequence[EvalArticle], translations: Sequence[str]) -> Rows:
    """For each article: names kept × 100, and names."""
    rows = []
    for article, translation in zip(articles, translations, strict=True):
        folded = _folded(translation)
        kept = sum(_has_name(folded, name.reference) for name in article.names)
        rows.append((100 * kept, len(article.names)))
    return np.array(rows, np.float64)


def _has_name(folded: str, spellings: Sequence[str]) -> bool:
    return any(f" {_folded(spelling)} " in f" {folded} " for spelling in spellings)


def _folded(text: str) -> str:
    """The words of a text without case, accents, apostrophes, possessives and hyphens.

    >>> _folded("Aïn al-Shar'a's well")
    'ain al shara well'
    """
    text = unicodedata.normalize("NFKD", text.casefold())
    text = re.sub(r"['’ʼ]s\b", "", text)
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in "'’‘ʼʿʾ`")
    return " ".join(re.findall(r"\w+", text))


def number_rows(articles: Sequence[EvalArticle], translations: Sequence[str]) -> Rows:
    """For each article: numbers kept × 100, and numbers; in digits or in words.

    0, 1 and 2 are left out: they hide in articles and duals.
    """
    rows = []
    for article, translation in zip(articles, translations, strict=True):
        numbers = " ; ".join(article.numbers)  # so that no two are read as one
        count = len(missing(numbers, ""))
        rows.append((100 * (count - len(missing(numbers, translation))), count))
    return np.array(rows, np.float64)


def flag_rows(flags: Sequence[Sequence[str]]) -> Rows:
    """For each text: 100 if it has a flag, else 0; and 1."""
    return np.array([(100 * bool(found), 1) for found in flags], np.float64)


def overlap_rows(articles: Sequence[str], summaries: Sequence[str]) -> dict[Mean, Rows]:
    """Coverage, novelty and length of each summary."""
    found = [overlap(*pair) for pair in zip(articles, summaries, strict=True)]
    lengths = [float(len(summary.split())) for summary in summaries]
    columns: dict[Mean, list[float]] = {
        COVERAGE: [each.coverage for each in found],
        NOVELTY: [each.novelty for each in found],
        LENGTH: lengths,
    }
    return {
        measure: np.array([(value, 1) for value in values], np.float64)
        for measure, values in columns.items()
    }


def mean_overlap(articles: Sequence[str], summaries: Sequence[str]) -> Overlap:
    """The mean of each measure over the articles that have a summary with words in it."""
    found = [overlap(*pair) for pair in zip(articles, summaries, strict=True) if words(pair[1])]
    columns = zip(*map(astuple, found), strict=True) if found else [(0.0,)] * 4
    return Overlap(*(sum(column) / len(column) for column in columns))
