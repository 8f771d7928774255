"""Teaches `mt.transliteration` which words are no names, and how names are spelled.

Names come in pairs: those of the lists, and capitalised English words whose consonants only one
word of the Arabic has. Their letters are aligned by expectation–maximisation (as in Sequitur,
Bisani and Ney 2008, and m2m-aligner, Jiampojamarn et al. 2007).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated

import typer

from mt.arabic import arabic_words, normalise
from mt.bundled.recipe.data import choose, held_out, read
from mt.bundled.recipe.drills import NAMES, cities, formulae, without_marks
from mt.bundled.recipe.lexicon import PARTS, meanings
from mt.transliteration import SPELLINGS_FILE, WORDS_FILE, Spelling, Unit, folded
from summarize.names import like_words, names

LONGEST = 3  # Latin letters that one Arabic letter becomes
ROUNDS = 6
UNSEEN = 1e-9  # probability of a unit that was not met
WORST = 0.3  # of the pairs from text, by probability a letter, are left out: they are no names
KNOWN = 3  # occurrences from which on the model knows a word, whether a name or not
SEEN = 2  # occurrences that make a word of one that is no name
LEAST_SHARE = 1 / 3  # of the occurrences of a name the English has, at least
ARTICLE = re.compile("^(?:al|el|ad|ar|as|at|ash|az|an)[- ]", re.I)
TO_PLAIN = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "đ": "d", "æ": "ae", "ı": "i"})

Pair = tuple[str, str]  # one Arabic word and its Latin spelling, in lower case
Table = Mapping[Unit, float]  # probability of a unit


def plain(name: str) -> str:
    """A Latin name in letters a–z, or nothing if it has others."""
    bare = without_marks(name).lower().translate(TO_PLAIN)
    return bare if re.fullmatch("[a-z]+", bare) else ""


def without_article(arabic: str, english: str) -> Pair:
    """Both without their article, which is written by rule."""
    return arabic.removeprefix("ال") or arabic, ARTICLE.sub("", english)


def listed() -> Iterator[Pair]:
    """Single names of the lists and of towns."""
    lists, _ = formulae(NAMES)
    for arabic, english in [*(p for s in (*PARTS, "place") for p in lists.pairs[s]), *cities()]:
        words = normalise(arabic).split()
        parts = [english] if len(words) == 1 else english.split()
        if len(words) == len(parts):
            for pair in zip(words, parts, strict=True):
                word, name = without_article(*pair)
                if plain(name):
                    yield word, plain(name)


def found(pairs: Iterable[Sequence[str]]) -> tuple[list[Pair], Counter[str], Counter[str]]:
    """Names of parallel text; how many pairs have each Arabic word; and have it in English too."""
    matched: dict[Pair, None] = {}
    seen: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for arabic, english, *_ in pairs:
        words = {folded(word): normalise(word) for word in arabic_words(arabic)}
        like: set[str] = set()
        for name in set(names(english)):
            hits = like_words(name, words)
            like.update(hits)
            if len(hits) == 1 and plain(name):
                matched[words[hits[0]], plain(name)] = None
        seen.update(words.keys())
        named.update(like)
    return list(matched), seen, named


def ordinary(
    seen: Counter[str], named: Counter[str], known: Mapping[str, Sequence[str]]
) -> set[str]:
    """Words that are no names, and names that are frequent."""
    words = {
        word
        for word, count in seen.items()
        if count >= KNOWN or (count >= SEEN and named[word] < LEAST_SHARE * count)
    }
    words |= {
        folded(part)
        for entry, senses in known.items()
        if any(sense[:1].islower() for sense in senses)
        for part in entry.split()
    }
    return words - {""}


def unit_table(pairs: Sequence[Pair], rounds: int = ROUNDS) -> Table:
    """How likely each Arabic letter and what it becomes are, learned from pairs."""
    table: Table | None = None
    for _ in range(rounds):
        counts: dict[Unit, float] = defaultdict(float)
        for pair in pairs:
            _count(*pair, table, counts)
        total = sum(counts.values())
        table = {unit: count / total for unit, count in counts.items()}
    return table or {}


def _probability(table: Table | None, unit: Unit, distance: float) -> float:
    if table is None:  # at first: near the diagonal
        return (0.1, 1, 0.6, 0.3)[len(unit[1])] / (1 + 3 * distance)
    return max(table.get(unit, 0.0), UNSEEN)


def _count(arabic: str, latin: str, table: Table | None, counts: dict[Unit, float]) -> None:
    """Add the expected number of each unit in a pair: forward–backward."""
    rows, columns = len(arabic), len(latin)
    edges = [  # letter, Latin letters used before it and after it, probability
        (i, j, k, _probability(table, (arabic[i], latin[j:k]), abs(i / rows - j / columns)))
        for i in range(rows)
        for j in range(columns + 1)
        for k in range(j, min(j + LONGEST, columns) + 1)
    ]
    forward: dict[tuple[int, int], float] = defaultdict(float, {(0, 0): 1.0})
    for i, start, end, probability in edges:
        forward[i + 1, end] += forward[i, start] * probability
    backward: dict[tuple[int, int], float] = defaultdict(float, {(rows, columns): 1.0})
    for i, start, end, probability in reversed(edges):
        backward[i, start] += backward[i + 1, end] * probability
    whole = forward[rows, columns]
    if not whole:  # more Latin letters than the Arabic ones can become
        return
    for i, start, end, probability in edges:
        share = forward[i, start] * probability * backward[i + 1, end] / whole
        counts[arabic[i], latin[start:end]] += share


def aligned(arabic: str, latin: str, table: Table) -> tuple[float, list[Unit]]:
    """The likeliest units of a pair, after their mean log-probability.

    >>> aligned("حس", "has", {("ح", "ha"): 0.5, ("س", "s"): 0.5})[1]
    [('ح', 'ha'), ('س', 's')]
    """
    best: dict[int, tuple[float, list[Unit]]] = {0: (0.0, [])}  # by Latin letters that are used
    for letter in arabic:
        longer: dict[int, tuple[float, list[Unit]]] = {}
        for start, (score, units) in best.items():
            for end in range(start, min(start + LONGEST, len(latin)) + 1):
                unit = (letter, latin[start:end])
                total = score + math.log(max(table.get(unit, 0.0), UNSEEN))
                if end not in longer or total > longer[end][0]:
                    longer[end] = (total, [*units, unit])
        best = longer
    score, units = best.get(len(latin), (-math.inf, []))
    return score / max(1, len(arabic)), units


def spellings(sure: Sequence[Pair], likely: Sequence[Pair]) -> list[list[Unit]]:
    """Aligned names: those of lists, and of text those that are spelled as the lists' are."""
    table = unit_table(sure)
    readings = [
        max((aligned(bare, name, table), bare, name) for bare, name in _readings(*pair))
        for pair in likely
    ]
    readings.sort()
    chosen = [(arabic, english) for _, arabic, english in readings[int(WORST * len(readings)) :]]
    pairs = sorted({(a, e) for a, e in [*sure, *chosen] if len(a) > 2})
    table = unit_table(pairs)
    return [units for pair in pairs if (units := aligned(*pair, table)[1])]


def spelled_unseen(names: Sequence[Sequence[Unit]], every: int) -> tuple[int, float, float]:
    """How well names are spelled that were not learned: each `every`-th Arabic one is held out.

    Returns how many were, the share that is spelled as in one of its pairs, and the mean likeness
    (`difflib`, 0 to 1) to the nearest of them.
    """
    latin: dict[str, list[str]] = defaultdict(list)
    for name in names:
        latin["".join(letter for letter, _ in name)].append("".join(part for _, part in name))
    unseen = sorted(latin)[::every]
    seen = set(latin).difference(unseen)
    spelling = Spelling(n for n in names if "".join(letter for letter, _ in n) in seen)
    likeness = [
        max(SequenceMatcher(None, spelling.of(name), other).ratio() for other in latin[name])
        for name in unseen
    ]
    count = len(unseen)
    return count, likeness.count(1) / max(count, 1), sum(likeness) / max(count, 1)


def _readings(word: str, english: str) -> Iterator[Pair]:
    """The pair without articles, and without و and the like if that leaves a word."""
    clitics = [c for c in ("", *"وفبلك", "لل") if word.startswith(c) and len(word) - len(c) > 3]
    yield from (without_article(word[len(clitic) :], english) for clitic in clitics or [""])


def main(
    texts: Annotated[
        list[Path], typer.Argument(help="Tab-separated pairs: folders, or files.", exists=True)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
    glosses: Annotated[list[Path], typer.Option(help="Files of word, tab, meaning; or .xz.")],
    dev: Annotated[list[Path], typer.Option(help="Held-out files: not looked at.")],
    check: Annotated[
        int, typer.Option(help="Also spell each so-manieth name without having learned it.")
    ] = 0,
) -> None:
    """Write the words that are no names, and the spellings of names."""
    rows = (row for source in texts for row in read(source))
    pairs = [row for chosen in choose(rows, held_out(dev)).values() for row in chosen]
    likely, seen, named = found(pairs)
    words = ordinary(seen, named, meanings(glosses))
    spelled = spellings(list(dict.fromkeys(listed())), likely)
    lines = ("".join(a for a, _ in n) + "\t" + "|".join(e for _, e in n) + "\n" for n in spelled)
    output.mkdir(parents=True, exist_ok=True)
    (output / SPELLINGS_FILE).write_text("".join(lines), encoding="utf-8")
    text = "".join(f"{word}\n" for word in sorted(words))
    (output / WORDS_FILE).write_text(text, encoding="utf-8")
    typer.echo(f"{len(words)} words, {len(spelled)} spellings")
    if check:
        count, right, likeness = spelled_unseen(spelled, check)
        typer.echo(f"{count} names held out: {right:.1%} spelled so, mean likeness {likeness:.2f}")


if __name__ == "__main__":
    typer.run(main)
