"""The numbers that an Arabic or English text mentions, in digits or in words, as values.

Made to compare a text with its translation or summary, so it is generous: "1.200" may be 1200 or
1.2, "شباط" may be 2, a third may be 3. Knows no dates, currencies or units of measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar

from mt.arabic import ascii_digits_and_punctuation, normalise
from mt.number_words import CARDINALS, DUAL_SCALES, HALF, HINTS, HUNDRED, ORDERS, SCALES

_T = TypeVar("_T")

_PREFIXES = (
    "",
    "و",
    "ف",
    "ال",
    "ب",
    "ل",
    "ك",
    "وال",
    "بال",
    "كال",
    "لل",
    "وب",
    "ول",
    "وبال",
    "ولل",
)
_NO_NUMBERS = frozenset(["لست", "ولست", "فلست"])  # "I am not", no "for six"

_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,/:–-]\d+)*)(?P<suffix>(?:mn|bn|tn|[mbk])\b|s\b)?|(?P<word>[^\W\d_]+)",
    re.I,
)
_JOINT = re.compile(r"[\s-]*(?:and(?: a)?|و)?[\s-]*")
_PERCENT = re.compile(r"(?:في ?|ب)?ال(?:مئة|مائة|مية)|per ?cent")
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12}
_CLOCK = re.compile(r"(\d{1,2})\.(\d\d)(?= ?(?:[ap]\.?m\b|GMT|مساء|صباحا|ظهرا|فجرا|بتوقيت))", re.I)


@dataclass(frozen=True)
class Mention:
    """A number that a text states.

    It is kept by a text that has one of its readings, or one of the readings of every part.
    """

    text: str
    readings: frozenset[float]
    parts: tuple[frozenset[float], ...]

    def is_in(self, values: Set[float]) -> bool:
        """Whether a text that may express these values keeps this number."""
        return bool(self.readings & values) or (
            bool(self.parts) and all(part & values for part in self.parts)
        )


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    kind: str  # number, cardinal, order, hundred, scale, dual, half
    readings: tuple[frozenset[float], ...]  # of each part of "16/2/2021"; else one
    is_code: bool = False  # the 16 of F-16: names look after it

    @property
    def value(self) -> float:
        return max(self.readings[0]) if len(self.readings) == 1 else 0


@dataclass
class _Run:
    """Numbers and number words in a row that together may be one number."""

    tokens: list[_Token] = field(default_factory=list)
    total: float = 0
    group: float = 0  # what the next scale will multiply
    scale: float = float("inf")  # the smallest so far

    def add(self, token: _Token, text: str) -> bool:
        """Take the token in if it continues the number; returns whether it did."""
        if self.tokens and not _JOINT.fullmatch(text, self.tokens[-1].end, token.start):
            return False
        group = self._grown(token)
        if group is None:
            return False
        if token.kind == "scale":
            self.total += group * token.value
            self.scale, group = token.value, 0
        if token.kind == "dual":
            self.total += token.value
            self.scale = token.value / 2
        if token.kind == "half" and not self.group:  # three billion and a half
            self.total += self.scale / 2
        self.group = group
        self.tokens.append(token)
        return True

    def _grown(self, token: _Token) -> float | None:
        """The group with the token in it, or None if no language says it so."""
        group, value = self.group, token.value
        if token.kind == "number":
            return value if not group and value < self.scale else None
        if token.kind == "half":
            return group + 0.5 if group else (0 if self.total else None)
        if token.kind == "scale" and value == self.scale and self.tokens[-1].kind == "half":
            return 0  # ثلاثة مليارات ونصف المليار
        if token.kind == "scale":
            return (group or 1) if value < self.scale else None
        if token.kind == "dual":
            return 0 if not group and value / 2 < self.scale else None
        if token.kind == "hundred":
            return (group or 1) * 100 if group < 100 else None
        if not group or (group % 100 == 0 and value < 100):
            return group + value
        if group % 10 == 0 and group % 100 >= 20 and value < 10:  # twenty-five
            return group + value
        if 1 <= group % 100 < 10 and 10 <= value < 100 and value % 10 == 0:  # خمسة وعشرون
            return group + value
        return None

    def mention(self, text: str) -> Mention:
        """What the run states."""
        first, *others = self.tokens
        readings = {self.total + self.group}
        if len(others) == 1 and others[0].kind == "scale" and len(first.readings) == 1:
            readings |= {reading * others[0].value for reading in first.readings[0]}
        parts = tuple(part for token in self.tokens for part in token.readings)
        if len(parts) == 1:
            readings |= parts[0]
        whole = text[first.start : self.tokens[-1].end]
        return Mention(whole, frozenset(round(r, 4) for r in readings if r), parts)

    @property
    def is_stated(self) -> bool:
        """Whether the number must be kept: small ones hide in articles, duals and pronouns."""
        if any(token.is_code for token in self.tokens):
            return False
        kinds = {token.kind for token in self.tokens}
        if "number" in kinds:
            return True
        is_cardinal = not kinds.isdisjoint({"cardinal", "dual"}) and "order" not in kinds
        return is_cardinal and self.total + self.group >= 3


def missing(text: str, other: str) -> tuple[str, ...]:
    """The numbers that `text` states and `other`, its translation or source, does not have.

    0, 1 and 2 are never missing: they hide in articles, duals and pronouns.

    >>> missing("عُثر على ١٬٢٠٠ قطعة في 16 شباط", "1,200 pieces were found on February 16")
    ()
    >>> missing("قُتل خمسة وعشرون شخصا عام 2019", "20 people were killed in 2019")
    ('خمسة وعشرون',)
    """
    known = _values(_prepared(other)) | {0.0, 1.0, 2.0}
    prepared = _prepared(text)
    runs = [run for run in _runs(prepared) if run.is_stated]
    mentions = [run.mention(prepared) for run in runs]
    return tuple(mention.text for mention in mentions if not mention.is_in(known))


def _prepared(text: str) -> str:
    """The text with what the tables know: bare letters, ASCII digits, no percent words."""
    text = ascii_digits_and_punctuation(normalise(text)).casefold()
    text = _PERCENT.sub("%", re.sub("[أإآٱ]", "ا", text))
    return _CLOCK.sub(r"\1:\2", text)


def _values(text: str) -> set[float]:
    """Every number that a prepared text may express."""
    values: set[float] = set()
    for run in _runs(text):
        mention = run.mention(text)
        values |= mention.readings.union(*mention.parts)
    for match in _TOKEN.finditer(text):
        if match["word"]:
            values.update(_look_up(match["word"], HINTS) or ())
    return values


def _runs(text: str) -> Iterator[_Run]:
    """The numbers of a prepared text, in order."""
    run = _Run()
    for match in _TOKEN.finditer(text):
        token = _token(match, text)
        if token and not run.add(token, text):
            if run.tokens:
                yield run
            run = _Run()
            run.add(token, text)
    if run.tokens:
        yield run


def _token(match: re.Match[str], text: str) -> _Token | None:
    """The number or number word that was found, if it is one."""
    start, end = match.span()
    if number := match["number"]:
        is_code = re.search(r"[a-z]-?$", text[max(0, start - 2) : start]) is not None
        return _Token(start, end, "number", _readings(number, match["suffix"] or ""), is_code)
    word = match["word"]
    for kind, table in (
        ("cardinal", CARDINALS),
        ("scale", SCALES),
        ("dual", DUAL_SCALES),
        ("hundred", HUNDRED),
        ("order", ORDERS),
        ("half", HALF),
    ):
        value = _look_up(word, table)
        if value is not None and word not in _NO_NUMBERS:
            return _Token(start, end, kind, (frozenset({float(value)}),))
    return None


def _look_up(word: str, table: Mapping[str, _T]) -> _T | None:
    """What the table has for the word, without the particles that Arabic writes before it."""
    for prefix in _PREFIXES:
        if word.startswith(prefix) and word[len(prefix) :] in table:
            return table[word[len(prefix) :]]
    return None


def _readings(number: str, suffix: str) -> tuple[frozenset[float], ...]:
    """What each part of a number in digits may be."""
    if re.fullmatch(r"\d{1,4}\.\d{1,2}\.\d{1,4}", number):  # a date
        number = number.replace(".", "/")
    parts = re.split("[/:–-]", number)
    found = [_plain(part) for part in parts]
    if ":" in number and len(parts) > 1:  # 19:16 is 7:16 p.m.; of 8:00 only the 8 is said
        hour = min(found[0])
        found[0] |= {hour + 12, hour - 12}
        found = [part for part in found if part != {0.0}] or found[:1]
    elif len(parts) > 1 and len(parts[0]) == 4 and len(parts[1]) == 2:  # 2010-11
        found[1].add(float(parts[0][:2] + parts[1]))
    if suffix in _SUFFIXES:
        found[-1] |= {round(value * _SUFFIXES[suffix], 4) for value in found[-1]}
    if suffix == "s":  # the 1800s are the 19th century
        found[-1] |= {value // 100 + 1 for value in found[-1]}
    return tuple(frozenset(part) for part in found)


def _plain(digits: str) -> set[float]:
    """The readings of digits with separators: 1.200 is 1200 or 1.2."""
    whole, _, fraction = digits.replace(",", ".").rpartition(".")
    if not whole:
        return {float(fraction)}
    readings = {float(f"{whole.replace('.', '')}.{fraction}")}
    if len(fraction) == 3:
        readings.add(float(whole.replace(".", "") + fraction))
    if whole.count(".") and len(fraction) == 3:  # 1.200.000
        readings = {float(whole.replace(".", "") + fraction)}
    return readings
