"""Checks on one source and what a model made of it: flags for what is probably wrong.

The flags decide which segments are decoded once more, and tell the reader where to look. They
see form only (loops, lengths, scripts, numbers, names), not meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from difflib import get_close_matches
from enum import StrEnum
from itertools import pairwise

from mt.arabic import collapse_space, has_arabic, normalise
from mt.quantities import missing


class Flag(StrEnum):
    """What is probably wrong with a translation."""

    EMPTY = "empty"  # nothing, or punctuation alone
    REPETITION = "repetition"  # the same words again and again, and not in the source
    LENGTH = "length"  # far too short or too long, or cut at the limit
    UNTRANSLATED = "untranslated"  # Arabic left in it
    NUMBERS = "numbers"  # a number lost, changed or invented
    NAMES = "names"  # a name, address or acronym in Latin letters lost
    GLOSSARY = "glossary"  # a required term not used; set by the glossary
    SPLIT = "split"  # translated in pieces, the source being too long; set by the translator


# How bad a flag is when one of two hypotheses must be taken: the sum of these, less is better.
_WEIGHTS = {
    Flag.EMPTY: 16,
    Flag.REPETITION: 8,
    Flag.UNTRANSLATED: 4,
    Flag.LENGTH: 4,
    Flag.NUMBERS: 1,
    Flag.NAMES: 1,
}
# Failures of the search, which other settings often mend; a lost number they mostly do not.
REDECODE = frozenset({Flag.EMPTY, Flag.REPETITION, Flag.LENGTH, Flag.UNTRANSLATED})

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"»،؛)]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9]*(?:[-'’.&][A-Za-zÀ-ɏ0-9]+)*")
_LOOP_WORDS = 12  # the longest phrase that is looked for in a loop
_MONOTONOUS = 0.6  # a loop with variations has fewer different pairs of words
_SYLLABLES = re.compile(r"([^\W\d_]{1,4}?)\1{7,}")  # hahahahahahahaha


def check(source: str, hypothesis: str, *, truncated: bool = False) -> tuple[Flag, ...]:
    """The flags of a hypothesis, in the order of Flag; () if nothing was found wrong.

    >>> check("قُتل ٣ مدنيين في حلب", "Three civilians were killed in Aleppo")
    ()
    >>> [flag.value for flag in check("شكرا", "salad salad salad salad salad salad")]
    ['repetition', 'length']
    """
    if not re.search(r"\w", hypothesis):
        return (Flag.EMPTY,) if re.search(r"\w", source) else ()
    source, hypothesis = normalise(source), collapse_space(hypothesis)
    found = {
        Flag.REPETITION: _is_loop(source, hypothesis),
        Flag.LENGTH: truncated or not _is_of_length(source, hypothesis),
        Flag.UNTRANSLATED: has_arabic(hypothesis),
        Flag.NUMBERS: bool(missing(source, hypothesis) or missing(hypothesis, source)),
        Flag.NAMES: _loses_name(source, hypothesis),
    }
    return tuple(flag for flag, is_set in found.items() if is_set)


def better(
    flags: Collection[Flag],
    score: float | None,
    other_flags: Collection[Flag],
    other_score: float | None,
) -> bool:
    """Whether a hypothesis is better than the other: fewer and milder flags, then the score.

    >>> better([Flag.NUMBERS], -2.0, [Flag.REPETITION], -0.1)
    True
    """
    weight, other_weight = (
        sum(_WEIGHTS.get(flag, 0) for flag in some) for some in (flags, other_flags)
    )
    if weight != other_weight or score is None or other_score is None:
        return weight < other_weight
    return score > other_score


def needs_translation(source: str) -> bool:
    """Whether the source has an Arabic letter outside of web and e-mail addresses.

    >>> needs_translation("12.5 % (Reuters) https://ar.wikipedia.org/wiki/حلب")
    False
    """
    return has_arabic(_ADDRESS.sub(" ", source))


def _words(text: str) -> list[str]:
    """The words, "south-south" being one, and Arabic ones without "and"."""
    return [word.lstrip("و") for word in re.findall(r"\w+(?:['’‐-]\w+)*", text.casefold())]


def _is_loop(source: str, hypothesis: str) -> bool:
    """Whether the hypothesis repeats itself more than its source does."""
    words, source_words = _words(hypothesis), _words(source)
    if _longest_loop(words) > _longest_loop(source_words, long_phrase=1):
        return True
    if _variety(words) < _MONOTONOUS <= _variety(source_words):
        return True
    return bool(_SYLLABLES.search(hypothesis.casefold())) and not _SYLLABLES.search(source)


def _longest_loop(words: list[str], long_phrase: int = 5) -> int:
    """How often the same phrase comes in a row; 1 if below three times, or two if it is long.

    >>> _longest_loop("so I said I said I said no".split())
    3
    """
    longest = 1
    for size in range(1, _LOOP_WORDS + 1):
        enough = 2 if size >= long_phrase else 3
        same = 0  # words in a row that are the word one phrase before
        for word, before in zip(words[size:], words, strict=False):
            same = same + 1 if word == before else 0
            if (times := same // size + 1) >= enough:
                longest = max(longest, times)
    return longest


def _variety(words: list[str]) -> float:
    """The share of different ones among the pairs of neighbours, 1 for short texts."""
    pairs = list(pairwise(words))
    return len(set(pairs)) / len(pairs) if len(pairs) > _LOOP_WORDS else 1.0


def _is_of_length(source: str, hypothesis: str) -> bool:
    """Whether the lengths, in characters, are like those of human translations.

    Of 61,913 pairs of general prose 99 % lie between 0.7 and 1.6 for long sources; short ones
    vary more ("نعم": "Yes, I do"), hence the constants, which let 99.4 % pass at every length.
    """
    shortest = 0.7 * len(source) - 12
    longest = 1.5 * len(source) + 25
    return shortest <= len(hypothesis) <= longest


def _loses_name(source: str, hypothesis: str) -> bool:
    """Whether an address, name or acronym in Latin letters is not in the hypothesis."""
    kept = _bare(hypothesis)
    if any(_bare(address) not in kept for address in _ADDRESS.findall(source)):
        return True
    names = [name for name in _LATIN_WORD.findall(_ADDRESS.sub(" ", source)) if _is_name(name)]
    if not names:
        return False
    words = hypothesis.split()
    initials = "".join(word[0] for word in words if word[0].isupper()).casefold()
    known = [_bare(word) for word in words]
    return any(
        bare not in kept and bare not in initials and not get_close_matches(bare, known, 1, 0.75)
        for bare in map(_bare, names)
    )


def _is_name(word: str) -> bool:
    """Whether a Latin word is to be kept: not an article, a unit, or a Roman numeral."""
    is_small = len(word) < 2 or (len(word) < 4 and word.islower())
    return not is_small and not re.fullmatch("[IVXLC]+", word)


def _bare(text: str) -> str:
    """The letters and digits of a text, without case and accents."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", text).casefold())
