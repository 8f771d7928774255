"""Terms whose English is known: written into the source for the model to copy.

A model that reads `انسحبوا من Hodeidah` writes Hodeidah; from الحديدة a small one makes what it
knows. Terms are found as whole words, without vowel signs and whatever way hamza is written, after
و ف ب ل ك too; the longest first. Knows no grammar: an inflected term is another term.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from mt.arabic import arabic_word_matches, normalise
from mt.errors import InputError
from mt.transliteration import UnknownNames

_SAME = str.maketrans({**dict.fromkeys("أإآٱ", "ا"), "ة": "ه"})
_CLITICS = re.compile("([وف]?)([بكل]?)")
_GAP = re.compile("[ \u00a0_-]")
_SHORTEST_STEM = 4  # letters after a clitic: وليد is a name, not و and ليد


class Kind(StrEnum):
    """When a term counts."""

    TERM = "term"  # always; somebody requires it
    NAME = "name"  # always
    PERSON = "person"  # always; part of the name of a person
    BESIDE = "beside"  # next to a PERSON only, being an ordinary word too (سعيد, "happy")


@dataclass(frozen=True)
class Term:
    """An Arabic term and its English."""

    source: str
    target: str
    kind: Kind = Kind.TERM


@dataclass(frozen=True)
class Reading:
    """What the model is to read, and the terms that were written into it, in order."""

    text: str
    terms: tuple[Term, ...] = ()

    def missing(self, hypothesis: str) -> tuple[Term, ...]:
        """The terms whose English the hypothesis does not have, in whatever case."""
        written = _plain(hypothesis)
        return tuple(term for term in self.terms if _plain(term.target) not in written)


@dataclass(frozen=True)
class _Match:
    start: int  # in the text
    end: int
    clitic: str
    term: Term


class Glossary:
    """Terms to be found in texts.

    >>> glossary = Glossary([Term("الحديدة", "Hodeidah"), Term("يحيى", "Yahya", Kind.PERSON),
    ...                      Term("سريع", "Saree", Kind.BESIDE)])
    >>> glossary.read("قال يحيى سريع: رد سريع في الحديدة وللحديدة").text
    'قال Yahya Saree: رد سريع في Hodeidah و ل Hodeidah'
    """

    def __init__(self, terms: Iterable[Term] = (), unknown: UnknownNames | None = None) -> None:
        """Of terms with the same Arabic the last one counts; `unknown` spells other names."""
        self._unknown = unknown
        self._terms = {_folded(term.source): term for term in terms}
        self._longest = max((source.count(" ") + 1 for source in self._terms), default=0)

    @classmethod
    def from_file(cls, file: Path) -> Self:
        """The terms of a file of lines `Arabic TAB English`, or with a kind in a third column.

        Raises:
            InputError: a line has no tab, nothing beside it, or a kind that there is not.
        """
        return cls(_terms_of(file))

    def __or__(self, other: Glossary) -> Glossary:
        """The terms of both; where they differ, those of the other."""
        terms = [*self._terms.values(), *other._terms.values()]
        return Glossary(terms, other._unknown or self._unknown)

    def read(self, text: str) -> Reading:
        """The text with the English of every term in it, and the guesses for other names."""
        parts, terms, at = [], [], 0
        for match in self._matches(text):
            parts += [self._spelled(text[at : match.start]), match.clitic, match.term.target]
            terms.append(match.term)
            at = match.end
        return Reading("".join([*parts, self._spelled(text[at:])]), tuple(terms))

    def _spelled(self, text: str) -> str:
        return self._unknown.write(text) if self._unknown else text

    def _matches(self, text: str) -> Iterator[_Match]:
        """The terms that count, in the order of the text."""
        person: list[_Match] = []  # neighbours that may be the name of one person
        for match in self._all_matches(text):
            apart = person and not _GAP.fullmatch(text[person[-1].end : match.start])
            is_of_person = match.term.kind in (Kind.PERSON, Kind.BESIDE)
            if apart or match.clitic or not is_of_person:
                yield from _if_named(person)
                person = []
            if is_of_person:
                person.append(match)
            else:
                yield match
        yield from _if_named(person)

    def _all_matches(self, text: str) -> Iterator[_Match]:
        """Every term, the longest at a place; none overlap."""
        words = list(arabic_word_matches(text)) if self._terms else []
        folded = [_folded(word.group()) for word in words]
        at = 0
        while at < len(words):
            length = next(
                (n for n in range(self._room(text, words, at), 0, -1) if self._at(folded, at, n)),
                0,
            )
            if length:
                clitic, term = self._at(folded, at, length)[0]
                yield _Match(words[at].start(), words[at + length - 1].end(), clitic, term)
            at += length or 1

    def _room(self, text: str, words: list[re.Match[str]], at: int) -> int:
        """How many words from here on stand so that they can be one term."""
        last = min(at + self._longest, len(words)) - 1
        for i in range(at, last):
            if not _GAP.fullmatch(text[words[i].end() : words[i + 1].start()]):
                return i - at + 1
        return last - at + 1

    def _at(self, folded: list[str], at: int, length: int) -> list[tuple[str, Term]]:
        """The clitics and the term that these words are, if they are one."""
        phrase = " ".join(folded[at : at + length])
        readings = ((clitics, self._terms.get(rest)) for clitics, rest in _without_clitics(phrase))
        return [(clitics, term) for clitics, term in readings if term]


def _terms_of(file: Path) -> Iterator[Term]:
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), 1):
        source, target, kind, *_ = [column.strip() for column in line.split("\t")] + [""] * 3
        if not line.strip():
            continue
        if not (source and target) or kind not in ("", *Kind):
            raise InputError(
                f"{file}, line {number}: {line!r} should be an Arabic term, a tab, and its English"
            )
        yield Term(source, target, Kind(kind or "term"))


def _if_named(person: list[_Match]) -> list[_Match]:
    """Neighbours, unless all of them may be ordinary words."""
    return person if any(match.term.kind is Kind.PERSON for match in person) else []


def _without_clitics(phrase: str) -> Iterator[tuple[str, str]]:
    """The phrase as it is, then without و or ف, without ب, ل or ك, and without both.

    >>> [rest for _, rest in _without_clitics("وللقاهره")]
    ['وللقاهره', 'للقاهره', 'القاهره', 'لقاهره']
    """
    yield "", phrase
    clitics = _CLITICS.match(phrase)
    conjunction, preposition = clitics.groups() if clitics else ("", "")
    for found in dict.fromkeys([(conjunction, ""), (conjunction, preposition)]):
        rest = phrase[len("".join(found)) :]
        if not any(found) or len(rest) < _SHORTEST_STEM:
            continue
        written = "".join(f"{clitic} " for clitic in found if clitic)
        if found[1] == "ل" and rest.startswith("ل"):
            yield written, "ا" + rest  # للقاهرة is ل and القاهرة
        yield written, rest


def _folded(text: str) -> str:
    """One spelling for what is written in several ways."""
    return re.sub("[ _-]+", " ", normalise(text).translate(_SAME))


def _plain(text: str) -> str:
    """What is compared of English: letters and digits, in lower case."""
    return " ".join(re.findall(r"\w+", text.casefold()))
