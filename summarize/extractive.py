"""Summaries made of sentences of the text: LexRank, TextRank, LSA, lead, and two more.

sumy does the ranking; words, stems and sentences are ours, so that Arabic works and nothing is
downloaded. Invents nothing, and cannot shorten a sentence.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol

import numpy as np

from mt.document import Document
from mt.errors import InputError
from summarize.length import Length
from summarize.words import language_of, terms, words

# Comparing every sentence with every other takes time in the square of their number (4 s for
# 20,000 words). Longer texts are ranked in blocks first, and the better half of each goes on.
_BLOCK = 250

_MIN_WORDS = 4  # shorter sentences say nothing by themselves
_HEADING_WORDS = 8  # with fewer, and no full stop, it is a heading


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text and where it stands there: `text[start:end]` is the sentence."""

    text: str
    start: int
    rating: float = 0.0  # higher is better; comparable within one text only

    @property
    def end(self) -> int:
        """Where the text goes on."""
        return self.start + len(self.text)


def extract(
    text: str, *, method: str = "news", length: Length | None = None
) -> tuple[Sentence, ...]:
    """The best sentences of a text, whole, in the order of the text, none of them twice.

    When not even the shortest sentence has few enough words, it is that one: a sentence is
    never cut. A text without a sentence gives none.

    >>> [s.text for s in extract("Rain fell in Aden. Rain fell in Aden. It was a calm day there.")]
    ['Rain fell in Aden.', 'It was a calm day there.']

    Args:
        method: one of METHODS.
        length: three sentences if not given.

    Raises:
        InputError: there is no such method.
        DownloadError: `centroid` without its model.
    """
    length = length or Length()
    return choose(rank(text, method=method, wanted=length.sentences), length)


def rank(text: str, *, method: str = "news", wanted: int | None = None) -> list[Sentence]:
    """The sentences of a text that can stand alone, the best first.

    Args:
        wanted: of a very long text no more need be ranked than twice so many.

    Raises:
        InputError: there is no such method.
        DownloadError: `centroid` without its model.
    """
    if method not in METHODS:
        raise InputError(f"no method {method!r}; choose from {', '.join(METHODS)}")
    rate = METHODS[method]
    candidates = _ranked_in_blocks(_candidates(text), rate, wanted or _BLOCK)
    return sorted(_rated(candidates, rate), key=_by_rating)


def choose(best_first: Sequence[Sentence], length: Length) -> tuple[Sentence, ...]:
    """The best sentences that together are short enough, in the order of the text."""
    chosen: list[Sentence] = []
    for sentence in best_first:
        if length.allows([*(s.text for s in chosen), sentence.text]):
            chosen.append(sentence)
    if not chosen and best_first:
        chosen = [min(best_first, key=lambda sentence: len(sentence.text.split()))]
    return tuple(sorted(chosen, key=lambda sentence: sentence.start))


def sentences_of(text: str) -> list[Sentence]:
    """Every sentence, heading and list item that has a word in it, with its place."""
    found, start = [], 0
    for segment in Document.from_text(text, language_of(text)).segments:
        if words(segment.text):
            found.append(Sentence(segment.text, start))
        start += len(segment.text) + len(segment.tail)
    return found


def _candidates(text: str) -> list[Sentence]:
    """The sentences that can stand alone, none twice; all if none can."""
    unique = {tuple(words(sentence.text)): sentence for sentence in reversed(sentences_of(text))}
    in_order = sorted(unique.values(), key=lambda sentence: sentence.start)
    return [sentence for sentence in in_order if _stands_alone(sentence.text)] or in_order


def _stands_alone(sentence: str) -> bool:
    """Whether it is no heading, no item of a list, no announcement of what would be left out."""
    core, count = sentence.rstrip("\"'”’»)] "), len(words(sentence))
    if core.endswith((":", ";", "؛", "،", ",")) or count < _MIN_WORDS:
        return False
    return count >= _HEADING_WORDS or core.endswith((".", "!", "?", "؟", "…", "۔"))


Rate = Callable[[Sequence[Sentence]], Sequence[float]]


def _rated(sentences: Sequence[Sentence], rate: Rate) -> list[Sentence]:
    if not sentences:
        return []
    pairs = zip(sentences, rate(sentences), strict=True)
    return [replace(sentence, rating=float(rating)) for sentence, rating in pairs]


def _ranked_in_blocks(sentences: list[Sentence], rate: Rate, wanted: int) -> list[Sentence]:
    """At most `_BLOCK` sentences (or twice those wanted), the better half of each block."""
    while len(sentences) > max(_BLOCK, 2 * wanted):
        kept: list[Sentence] = []
        for start in range(0, len(sentences), _BLOCK):
            block = sorted(_rated(sentences[start : start + _BLOCK], rate), key=_by_rating)
            kept += sorted(block[: (len(block) + 1) // 2], key=lambda sentence: sentence.start)
        sentences = kept
    return sentences


def _by_rating(sentence: Sentence) -> float:
    return -sentence.rating


class _Terms:
    """A sentence as sumy sees it; compared by identity, as sumy keys ratings by sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self.words = terms(sentence.text)


class _Info(Protocol):
    order: int
    rating: float


class _Document:
    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = [_Terms(sentence) for sentence in sentences]

    @property
    def words(self) -> list[str]:
        return [word for sentence in self.sentences for word in sentence.words]


def _sumy(module: str, name: str) -> Rate:
    """The ratings by one of sumy's summarizers, which gives them to whatever counts sentences."""

    def rate(sentences: Sequence[Sentence]) -> list[float]:
        ratings = [0.0] * len(sentences)

        def keep(infos: list[_Info]) -> list[_Info]:
            for info in infos:
                ratings[info.order] = info.rating
            return infos

        summarizer = getattr(import_module(f"sumy.summarizers.{module}"), name)()
        # Sentences without a common word divide by zero in LexRank; LSA warns of short texts.
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            summarizer(_Document(sentences), keep)
        return [float(rating) for rating in np.nan_to_num(ratings)]

    return rate


_textrank = _sumy("text_rank", "TextRankSummarizer")


def _lead(sentences: Sequence[Sentence]) -> list[float]:
    return [1 / (1 + place) for place in range(len(sentences))]


def _news(sentences: Sequence[Sentence]) -> list[float]:
    """TextRank divided by the root of the place: news says what matters first.

    The exponent was tried at 0, 1/4, 1/2 and 1 on four sets; at 1/2 it is as good as lead or
    better on all of them, which neither TextRank nor lead is.
    """
    ratings = _textrank(sentences)
    return [rating / (1 + place) ** 0.5 for place, rating in enumerate(ratings)]


def _centroid(sentences: Sequence[Sentence]) -> list[float]:
    from summarize.centroid import similarities

    return similarities([sentence.text for sentence in sentences])


# Erkan & Radev 2004 · Mihalcea & Tarau 2004 · Steinberger & Jezek 2004
METHODS: dict[str, Rate] = {
    "news": _news,
    "lexrank": _sumy("lex_rank", "LexRankSummarizer"),
    "textrank": _textrank,
    "lsa": _sumy("lsa", "LsaSummarizer"),
    "lead": _lead,
    "centroid": _centroid,
}
