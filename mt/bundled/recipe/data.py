"""Chooses, cleans and balances parallel text for training.

Reads files, or every `*.tsv` and `*.tsv.xz` of folders: Arabic, English, name of the set. Sets not
in `SETS` are left out: their licence does not let weights ship, or their text does not help.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mt.glossary import Glossary, Reading
from mt.transliteration import UnknownNames


@dataclass(frozen=True)
class Source:
    """One set: what its licence is and how much of it is taken."""

    licence: str
    copies: int = 1
    most: int = 1_000_000
    fewest_words: int = 1
    running: bool = False  # lines follow one another as in a document, so neighbours may be joined


SETS = {
    "wikipedia_parallel": Source("CC-BY-SA-3.0", most=3_000, running=True),
    "syrian_archive": Source("CC-BY-SA-4.0", copies=2, running=True),
    "pud": Source("CC-BY-SA-3.0", copies=2),
    "mtgeneval": Source("CC-BY-SA-3.0", most=1_500),
    "xquad": Source("CC-BY-SA-4.0", running=True),
    "tico19": Source("CC0-1.0", most=1_500, running=True),
    "sdg_translations": Source("MIT", running=True),
    "mlqa_questions": Source("CC-BY-SA-3.0"),
    "tatoeba": Source("CC-BY-2.0-FR", most=3_000, fewest_words=4),
    "mozilla_lang": Source("MPL-2.0", most=600, running=True, fewest_words=6),
    "mozilla_ftl": Source("MPL-2.0", most=600, fewest_words=8),
    "bitcoin_org": Source("MIT", most=600, fewest_words=8),
    "opensource_guide": Source("CC-BY-4.0", most=1_000, running=True),
    "owasp_docs": Source("CC-BY-SA-4.0", most=300, fewest_words=8),
    "msdocs_dynamics365": Source("CC-BY-4.0", most=300, fewest_words=10),
    "msdocs_projectops": Source("CC-BY-4.0", most=200, fewest_words=10),
    "react_docs": Source("CC-BY-4.0", most=200, fewest_words=10),
    "mmlu_arabic_GPT": Source("MIT / Apache-2.0", most=3_000, fewest_words=9),
    "ms_courses_MT": Source("CC0-1.0 / MIT", most=300, fewest_words=9),
    "news": Source("CC0-1.0"),
    "drills": Source("CC0-1.0 templates, names CC-BY-4.0 and Unicode-3.0", most=3_500),
    "names": Source("CC0-1.0, CC-BY-4.0 (GeoNames), Unicode-3.0 (CLDR)"),
}

ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3]")
LATIN = re.compile("[A-Za-z]")
LETTERS_ONLY = re.compile(r"[^\w\s]|_")
CODE = re.compile(r"https?://|[{}<>|\\=]|\$\w|%\w|__|\b[A-D]\)|Statement \d")
SPACED = re.compile(r" +([,.;:!?)\]%])|([(\[]) +| +('s\b)")
QUOTES = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "«": '"', "»": '"'})
LONGEST_JOIN = 110  # English words of joined lines
GRAM = 5
NAMES_SHARE = 0.75  # of the rows have their names written into the Arabic

Row = tuple[str, str, str]


def read(source: Path) -> Iterator[Row]:
    """Every line of a file, or of every file of a folder, in order of file names."""
    files = [source] if source.is_file() else [*source.glob("*.tsv"), *source.glob("*.tsv.xz")]
    for file in sorted(files):
        opened = lzma.open if file.suffix == ".xz" else open
        with opened(file, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                columns = line.rstrip("\n").split("\t")
                if len(columns) == 3:
                    yield columns[0], columns[1], columns[2]


def tidy(row: Row) -> Row:
    """Typography as English newspapers have it; the Arabic is left to the tokenizer's rules."""
    arabic, english, name = (field.replace("\\n", " ").strip() for field in row)
    english = SPACED.sub(r"\1\2\3", english.translate(QUOTES))
    return " ".join(arabic.split()), " ".join(english.split()), name


def is_sound(row: Row) -> bool:
    """Whether a pair looks like a sentence and its translation."""
    arabic, english, name = row
    words, spoken = len(english.split()), len(arabic.split())
    if not SETS[name].fewest_words <= words <= 150 or CODE.search(english) or CODE.search(arabic):
        return False
    foreign, letters = len(LATIN.findall(arabic)), len(ARABIC.findall(arabic))
    if ARABIC.search(english) or letters < 2 or foreign > letters or not LATIN.search(english):
        return False
    return 0.35 <= (spoken + 2) / (words + 2) <= 1.9 and 0.3 <= len(arabic) / len(english) <= 2


def key(text: str) -> str:
    """What two copies of a text have in common."""
    return " ".join(LETTERS_ONLY.sub(" ", text.lower()).split())


def grams(text: str) -> set[str]:
    """Its runs of five words."""
    words = key(text).split()
    return {" ".join(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)}


class HeldOut:
    """Texts that must not be trained on."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._keys: set[str] = set()
        self._grams: set[str] = set()
        for text in texts:
            self._keys.add(key(text))
            self._grams |= grams(text)

    def __contains__(self, text: str) -> bool:
        """Whether the text, or a third of its five-word runs, is held out."""
        found = grams(text)
        return key(text) in self._keys or len(found & self._grams) * 3 > len(found)


def held_out(files: Sequence[Path]) -> HeldOut:
    """Both columns of tab-separated files, and the strings of JSON Lines."""
    texts: list[str] = []
    for file in files:
        for line in file.read_text(encoding="utf-8").split("\n"):
            if file.suffix == ".jsonl" and line:
                texts += [s for v in _strings(json.loads(line)) for s in re.split(r"[.\n]", v)]
            else:
                texts += line.split("\t")[:2]
    return HeldOut(text for text in texts if len(text.split()) > 3)


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def choose(rows: Iterable[Row], secret: HeldOut) -> dict[str, list[Row]]:
    """Sound rows by set, without duplicates and without what is held out."""
    chosen: dict[str, list[Row]] = defaultdict(list)
    seen: set[str] = set()
    for row in map(tidy, (r for r in rows if r[2] in SETS)):
        mark = key(row[0]) + "\t" + key(row[1])
        if mark in seen or not is_sound(row) or row[0] in secret or row[1] in secret:
            continue
        seen.add(mark)
        chosen[row[2]].append(row)
    return chosen


def balance(chosen: dict[str, list[Row]], seed: int, share: float = 1) -> list[Row]:
    """The training rows: each set as `SETS` says, runs of neighbours joined, all shuffled.

    `share` is how much is taken of every set but news.
    """
    dice = random.Random(seed)
    rows: list[Row] = []
    for name, source in SETS.items():
        found = chosen.get(name, [])
        if len(found) > source.most:
            found = [found[i] for i in sorted(dice.sample(range(len(found)), source.most))]
        for copy in range(source.copies):
            joined = _joined(found, dice, 0.12 if copy == 0 else 0.3) if source.running else found
            rows += [row for row in joined if name == "news" or dice.random() < share]
    dice.shuffle(rows)
    return rows


def _joined(rows: Sequence[Row], dice: random.Random, share: float) -> Iterator[Row]:
    """The rows in order; a run of two to six starts at `share` of them and becomes one row."""
    at = 0
    while at < len(rows):
        run = dice.randint(2, 6) if dice.random() < share else 1
        taken = list(rows[at : at + run])
        while len(taken) > 1 and sum(len(r[1].split()) for r in taken) > LONGEST_JOIN:
            taken.pop()
        yield " ".join(r[0] for r in taken), " ".join(r[1] for r in taken), taken[0][2]
        at += len(taken)


def with_names(
    rows: Iterable[Row], names: Glossary, unknown: UnknownNames | None, seed: int
) -> Iterator[Row]:
    """The rows; in most, the names that the English has are written into the Arabic.

    So the model learns to copy what `mt.glossary` writes into its input, and to mend the names
    that `unknown` spells by guess.
    """
    dice = random.Random(seed)
    for arabic, english, name in rows:
        if dice.random() < NAMES_SHARE:
            terms = names.read(arabic).terms
            told = [t for t in terms if not Reading(arabic, (t,)).missing(english)]
            if told or unknown:
                arabic = Glossary(told, unknown).read(arabic).text
        yield arabic, english, name


def main(
    texts: Annotated[
        list[Path], typer.Argument(help="Tab-separated pairs: folders, or files.", exists=True)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Training file to write.")],
    dev: Annotated[list[Path], typer.Option(help="Held-out files, kept out of training.")],
    names: Annotated[Path | None, typer.Option(help="Names to write into the Arabic.")] = None,
    spellings: Annotated[
        Path | None, typer.Option(help="Folder of what `spelling` made, for other names.")
    ] = None,
    share: Annotated[
        float,
        typer.Option(help="Of sets other than news; less for a last file.", min=0, max=1),
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Decides what is drawn and the order.")] = 0,
) -> None:
    """Filter and balance parallel text into one training file."""
    rows = (row for source in texts for row in read(source))
    chosen = choose(rows, held_out(dev))
    glossary = Glossary.from_file(names) if names else Glossary()
    unknown = UnknownNames.from_folder(spellings) if spellings else None
    balanced = list(with_names(balance(chosen, seed, share), glossary, unknown, seed))
    output.write_text("".join("\t".join(row) + "\n" for row in balanced), encoding="utf-8")
    for name, source in SETS.items():
        taken = [row for row in balanced if row[2] == name]
        words = sum(len(row[1].split()) for row in taken)
        typer.echo(f"{name}\t{len(chosen[name])}\t{len(taken)}\t{words}\t{source.licence}")


if __name__ == "__main__":
    typer.run(main)
