"""Chooses the names that are written into what the bundled model reads.

Candidates are the lists of `names.tsv`, towns, countries. A candidate that is also a word of the
language must not be taken for a name: parallel text shows how often the English has the name
where the Arabic has the word, and a dictionary which words have another meaning.
"""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from mt.arabic import normalise
from mt.bundled.recipe.data import choose, held_out, read
from mt.bundled.recipe.drills import NAMES, cities, formulae, territories
from mt.glossary import Glossary, Kind, Term

PARTS = ["foreign_given", "foreign_family", "family", "given_f", "given_m"]  # of people's names
WHOLE = ["city", "country", "place", "org", "force"]  # names by themselves; later lists win
KIN = [("بن", "bin"), ("أبو", "Abu"), ("آل", "Al"), ("عبد", "Abdul")]
LEAST_SHARE = 0.5  # of the occurrences of a word must be the name
LEAST_SHARE_OF_WORD = 0.75  # if it is a place or the like, and a word too: جنين is an embryo
ENOUGH = 2  # occurrences that tell more than a dictionary
ENOUGH_OF_WORD = 4  # if the dictionary has an ordinary meaning
RARE = 4  # letters: a shorter word that was never seen may be anything
LIKENESS = 0.7
TWO_PLACES = {"عمان"}  # Oman and Amman


def candidates() -> Iterator[Term]:
    """Names that may be told to a model."""
    lists, _ = formulae(NAMES)
    lists.pairs |= {"city": list(cities()), "country": list(territories())}
    for slot in [*PARTS, *WHOLE]:
        kind = Kind.PERSON if slot in PARTS else Kind.NAME
        for arabic, english in lists.pairs.get(slot, []):
            english = english.removeprefix("the ").removeprefix("The ").replace(" & ", " and ")
            yield Term(arabic, english, kind)
    for arabic, english in KIN:
        yield Term(arabic, english, Kind.BESIDE)


def demonyms() -> frozenset[str]:
    """What people and things of a country are called, without the article.

    >>> {"سوداني", "تونسية"} <= demonyms()
    True
    """
    stems = (arabic.removeprefix("ال").rstrip("اةي") for arabic, _ in territories())
    return frozenset(stem + ending for stem in stems for ending in ("ي", "ية", "يون", "يين"))


def is_named(name: str, english: str) -> bool:
    """Whether an English text has a word like the longest of the name.

    >>> is_named("Deir ez-Zor", "He left Deir Ezzor"), is_named("Saeed", "a happy man")
    (True, False)
    """
    longest = max(re.findall("[a-z]+", name.lower()), key=len)
    words = re.findall("[a-z]+", english.lower())
    return bool(get_close_matches(longest, words, 1, LIKENESS))


def shares(terms: Iterable[Term], pairs: Iterable[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """How often each term is in the Arabic of pairs, and how often in the English as well."""
    glossary = Glossary(Term(term.source, term.target) for term in terms)
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for arabic, english, *_ in pairs:
        for term in glossary.read(arabic).terms:
            seen, named = counts[term.source]
            counts[term.source] = seen + 1, named + is_named(term.target, english)
    return counts


def meanings(files: Iterable[Path]) -> dict[str, list[str]]:
    """The meanings of Arabic words, in files of word, tab, meaning."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in files:
        opened = lzma.open if file.suffix == ".xz" else open
        with opened(file, "rt", encoding="utf-8") as lines:
            for word, _, meaning in (line.rstrip("\n").partition("\t") for line in lines):
                found[normalise(word).removeprefix("ال")].append(meaning)
    return found


def is_sure(term: Term, seen: int, named: int, senses: Sequence[str]) -> bool:
    """Whether the Arabic of a term nearly always is this name.

    Args:
        seen, named: in how many pairs the Arabic has it, and in how many the English too.
        senses: what a dictionary says that it means.

    >>> town = Term("جنين", "Jenin", Kind.NAME)
    >>> is_sure(town, 3, 3, ["embryo", "Jenin"]), is_sure(town, 4, 3, ["embryo", "Jenin"])
    (False, True)
    """
    is_word = any(sense[:1].islower() for sense in senses)
    if seen >= (ENOUGH_OF_WORD if is_word else ENOUGH):
        doubtful = is_word and term.kind is Kind.NAME
        return named / seen >= (LEAST_SHARE_OF_WORD if doubtful else LEAST_SHARE)
    if senses:
        return not is_word and any(is_named(term.target, sense) for sense in senses)
    return " " in term.source or len(term.source) > RARE


def kept(
    names: Iterable[Term], counts: dict[str, tuple[int, int]], known: dict[str, list[str]]
) -> Iterator[Term]:
    """The names that are no ordinary words; such parts of people's names count beside another."""
    nationalities = demonyms()
    for term in names:
        bare = normalise(term.source).removeprefix("ال")
        sure = bare not in nationalities | TWO_PLACES and is_sure(
            term, *counts.get(term.source, (0, 0)), known.get(bare, [])
        )
        if sure or term.kind is Kind.BESIDE:
            yield term
        elif term.kind is Kind.PERSON:
            yield replace(term, kind=Kind.BESIDE)


def main(
    texts: Annotated[
        list[Path], typer.Argument(help="Tab-separated pairs: folders, or files.", exists=True)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="List of names to write.")],
    glosses: Annotated[list[Path], typer.Option(help="Files of word, tab, meaning; or .xz.")],
    dev: Annotated[list[Path], typer.Option(help="Held-out files: not looked at.")],
) -> None:
    """Write the names that a model is told."""
    names = list(candidates())
    rows = (row for source in texts for row in read(source))
    pairs = (pair for chosen in choose(rows, held_out(dev)).values() for pair in chosen)
    counts = shares(names, pairs)
    terms = {normalise(term.source): term for term in kept(names, counts, meanings(glosses))}
    lines = [
        "\t".join([term.source, term.target, term.kind])
        for term in sorted(terms.values(), key=lambda term: term.source)
    ]
    output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(terms)} names of {len(names)}")


if __name__ == "__main__":
    typer.run(main)
