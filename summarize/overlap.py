"""How much of a summary comes word for word from its source (Grusky, Naaman & Artzi 2018)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from summarize.words import words


@dataclass(frozen=True)
class Overlap:
    """The extractive fragments of a summary in numbers (arXiv:1804.11283, section 4.1)."""

    coverage: float  # 0-100: words of the summary that are in a fragment
    density: float  # mean length, in words, of the fragment that a word of the summary is in
    compression: float  # words of the source for one word of the summary
    novelty: float  # 0-100: word pairs of the summary that the source does not have


def overlap(source: str, summary: str) -> Overlap:
    """The overlap of a summary with its source, which is in the same language.

    >>> overlap("The cat sat on the mat all day.", "The cat sat all day.")
    Overlap(coverage=100.0, density=2.6, compression=1.6, novelty=25.0)
    """
    text, short = words(source), words(summary)
    if not short:
        return Overlap(0.0, 0.0, 0.0, 0.0)
    fragments = _fragments(text, short)
    known = set(pairwise(text))
    pairs = list(pairwise(short))
    return Overlap(
        coverage=100 * sum(fragments) / len(short),
        density=sum(length**2 for length in fragments) / len(short),
        compression=len(text) / len(short),
        novelty=100 * sum(pair not in known for pair in pairs) / max(len(pairs), 1),
    )


def _fragments(text: Sequence[str], summary: Sequence[str]) -> list[int]:
    """The lengths of the longest shared runs, found greedily from the left as in the paper."""
    places = defaultdict(list)
    for place, word in enumerate(text):
        places[word].append(place)
    found, start = [], 0
    while start < len(summary):
        longest = max(
            (_shared(text, p, summary, start) for p in places[summary[start]]), default=0
        )
        if longest:
            found.append(longest)
        start += max(longest, 1)
    return found


def _shared(text: Sequence[str], place: int, summary: Sequence[str], start: int) -> int:
    """How many words from here on are the same."""
    length = 0
    for word, other in zip(text[place:], summary[start:], strict=False):
        if word != other:
            break
        length += 1
    return length
