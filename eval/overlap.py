"""How much of an article a summary takes over word for word (Grusky et al. 2018, Newsroom)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

from eval.tokenizer import words


@dataclass(frozen=True)
class Overlap:
    """A summary against its article, both in the same language."""

    coverage: float  # 0–100: words of the summary that lie in a fragment of the article
    density: float  # mean length, in words, of the fragment that a summary word lies in
    compression: float  # words of the article for one of the summary
    novelty: float  # 0–100: word pairs of the summary that the article does not have


def overlap(article: str, summary: str) -> Overlap:
    """Coverage, density and compression as Grusky et al. define them, and novel bigrams.

    All are 0 for an empty summary.

    >>> overlap("the dog bit the man on monday", "the man bit the dog")
    Overlap(coverage=100.0, density=1.8, compression=1.4, novelty=25.0)
    """
    source, target = words(article), words(summary)
    if not target:
        return Overlap(0.0, 0.0, 0.0, 0.0)
    fragments = fragment_lengths(source, target)
    known = set(pairwise(source))
    pairs = list(pairwise(target))
    novel = sum(pair not in known for pair in pairs)
    return Overlap(
        coverage=100 * sum(fragments) / len(target),
        density=sum(length**2 for length in fragments) / len(target),
        compression=len(source) / len(target),
        novelty=100 * novel / len(pairs) if pairs else 0.0,
    )


def mean_overlap(articles: Sequence[str], summaries: Sequence[str]) -> Overlap:
    """The mean of each measure over the articles that have a summary with words in it."""
    pairs = zip(articles, summaries, strict=True)
    found = [astuple(overlap(*pair)) for pair in pairs if words(pair[1])]
    if not found:
        return Overlap(0.0, 0.0, 0.0, 0.0)
    return Overlap(*(sum(column) / len(found) for column in zip(*found, strict=True)))


def fragment_lengths(source: tuple[str, ...], target: tuple[str, ...]) -> list[int]:
    """The length of each extractive fragment: figure 3 of the paper, greedy from the left.

    >>> fragment_lengths(("a", "b", "c"), ("b", "c", "x", "a"))
    [2, 1]
    """
    places = defaultdict(list)
    for j, word in enumerate(source):
        places[word].append(j)
    lengths: list[int] = []
    i = 0
    while i < len(target):
        longest = max((_common(source, target, j, i) for j in places[target[i]]), default=0)
        if longest:
            lengths.append(longest)
        i += max(longest, 1)
    return lengths


def _common(source: tuple[str, ...], target: tuple[str, ...], j: int, i: int) -> int:
    """The number of words that are the same from these two places on."""
    length = 0
    for a, b in zip(source[j:], target[i:], strict=False):
        if a != b:
            break
        length += 1
    return length
