"""Months and weekdays that a text names, in Arabic or English; days and years are numbers.

Knows the Gregorian months as Levantine, Egyptian, Gulf and Maghrebi papers write them, and numeric
dates. Knows no Hijri months: they keep their names in English, so `names` finds them.
"""

from __future__ import annotations

import re

from mt.arabic import ascii_digits_and_punctuation
from summarize.words import words

_NAMES = (  # the English name first; in the spelling of `words`
    "january|jan|يناير|كانون الثاني|جانفي",
    "february|feb|فبراير|شباط|فيفري",
    "march|mar|مارس|اذار",
    "april|apr|ابريل|نيسان|افريل",
    "may|مايو|ايار|ماي",
    "june|jun|يونيو|يونيه|حزيران|جوان",
    "july|jul|يوليو|يوليه|تموز|جويليه",
    "august|aug|اغسطس|اب|اوت|غشت",
    "september|sep|sept|سبتمبر|ايلول|شتنبر",
    "october|oct|اكتوبر|تشرين الاول",
    "november|nov|نوفمبر|تشرين الثاني|نونبر",
    "december|dec|ديسمبر|كانون الاول|دجنبر",
    "monday|الاثنين|الاثنان",
    "tuesday|الثلاثاء",
    "wednesday|الاربعاء",
    "thursday|الخميس",
    "friday|الجمعه",
    "saturday|السبت",
    "sunday|الاحد",
)
_PATTERNS = {
    names.partition("|")[0]: re.compile(rf"(?<!\S)[وفبلك]?(?:{names})(?!\S)") for names in _NAMES
}
_MONTHS = tuple(_PATTERNS)[:12]
_NUMERIC = re.compile(r"(?<!\d)\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?!\d)")

# A month where a date can be; elsewhere these are the verbs, and اب is a father.
_AMBIGUOUS = {
    "may": re.compile(r"(?:\d|\b[Ii]n|[Oo]f|[Ss]ince|[Uu]ntil|[Bb]y|[LlEe]a\w+) May\b|\bMay,? \d"),
    "march": re.compile(
        r"(?:\d|\b[Ii]n|[Oo]f|[Ss]ince|[Uu]ntil|[Bb]y|[LlEe]a\w+) March\b|\bMarch,? \d"
    ),
    "august": re.compile(r"\bAug(?:\.|ust)|[أا]غسطس|[آا]وت|غشت|\d (?:من )?آب\b|(?:شهر|في) آب\b"),
}


def mentioned(text: str) -> frozenset[str]:
    """Every month and weekday that the text may mean, by its English name.

    >>> sorted(mentioned("الثلاثاء ١٦ شباط، ثم 3/11/2021"))
    ['february', 'march', 'november', 'tuesday']
    """
    bare = " ".join(words(text))
    found = {name for name, pattern in _PATTERNS.items() if pattern.search(bare)}
    for date in _NUMERIC.findall(ascii_digits_and_punctuation(text)):
        parts = {int(part) for part in re.split("[/.-]", date)}
        found |= {_MONTHS[part - 1] for part in parts if 1 <= part <= 12}
    return frozenset(found)


def stated(text: str) -> frozenset[str]:
    """Every month and weekday that the text names for certain.

    >>> sorted(stated("They may march on Sunday, Feb. 3"))
    ['february', 'sunday']
    """
    found = mentioned(_NUMERIC.sub(" ", text))
    return frozenset(
        name for name in found if name not in _AMBIGUOUS or _AMBIGUOUS[name].search(text)
    )
