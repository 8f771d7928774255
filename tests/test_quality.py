"""The checks on a translation, measured on pairs labelled by hand and on reference translations.

`pytest tests/test_quality.py -k labelled --log-cli-level=INFO` shows precision and recall by flag.
"""

from __future__ import annotations

import json
import logging
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.quality import REDECODE, Flag, better, check, needs_translation
from mt.quantities import missing

PAIRS = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("quality_pairs.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
FLORES = Path(__file__).parents[2] / "shared/data/dev/flores200-devtest.tsv"
CHECKED = (
    Flag.EMPTY,
    Flag.REPETITION,
    Flag.LENGTH,
    Flag.UNTRANSLATED,
    Flag.NUMBERS,
    Flag.NAMES,
)


@pytest.mark.parametrize("flag", CHECKED)
def test_precision_and_recall_on_labelled_pairs(flag: Flag) -> None:
    expected = {i for i, pair in enumerate(PAIRS) if flag in pair["flags"]}
    found = {i for i, p in enumerate(PAIRS) if flag in check(p["source"], p["hypothesis"])}
    precision = len(found & expected) / len(found)
    recall = len(found & expected) / len(expected)
    logging.info(
        "%s: %d pairs, precision %.2f, recall %.2f", flag, len(expected), precision, recall
    )
    assert len(PAIRS) >= 120 and len(expected) >= 10
    assert recall >= 0.94
    assert precision >= 0.9


@pytest.mark.skipif(not FLORES.exists(), reason="FLORES-200 is not here")
def test_hardly_any_human_translation_is_flagged() -> None:
    pairs = [line.split("\t")[:2] for line in FLORES.read_text(encoding="utf-8").splitlines()]
    found = [flag for source, reference in pairs for flag in check(source, reference)]
    shares = {flag: found.count(flag) / len(pairs) for flag in CHECKED}
    assert shares.pop(Flag.NUMBERS) <= 0.01  # 0.7 %
    assert max(shares.values()) <= 0.002  # length, 0.1 %


@pytest.mark.skipif(not FLORES.exists(), reason="FLORES-200 is not here")
def test_translations_of_other_sentences_with_numbers_are_flagged() -> None:
    pairs = [line.split("\t")[:2] for line in FLORES.read_text(encoding="utf-8").splitlines()]
    random.Random(1).shuffle(pairs)
    numbered = [pair for pair in pairs if any(c.isdigit() for c in pair[0])]
    flags = [check(source, other) for (source, _), (_, other) in pairwise(numbered)]
    assert sum(Flag.NUMBERS in each for each in flags) / len(flags) >= 0.9


def test_arabic_that_says_the_same_number_otherwise_is_not_flagged() -> None:
    assert missing("ألفان وثلاثمئة وخمسة وأربعون", "2,345") == ()
    assert missing("2,345", "ألفان وثلاثمئة وخمسة وأربعون") == ()
    assert missing("ثلاثة مليارات ونصف المليار", "3.5 billion") == ()
    assert missing("20%", "عشرون في المئة") == ()


@pytest.mark.parametrize(
    ("text", "other", "lost"),
    [
        ("قُتل 12 وأصيب 30", "12 were killed", ("30",)),
        ("١٥٠ ألف ليرة", "150 pounds", ("150 الف",)),
        ("three million people", "ثلاثة آلاف شخص", ("three million",)),
        ("عام 1936", "in 1963", ("1936",)),
        ("3-1", "4-1", ("3-1",)),
        ("خمس سنوات", "nine years", ("خمس",)),
    ],
)
def test_a_lost_number_is_named(text: str, other: str, lost: tuple[str, ...]) -> None:
    assert missing(text, other) == lost


def test_numbers_in_codes_are_left_to_names() -> None:
    assert missing("an F-16", "مقاتلة") == ()
    assert check("سقطت F-16", "An F-16 crashed") == ()


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("صباح الخير", True),
        ("Reuters: عاجل", True),
        ("\ufedf\ufe8e", True),  # presentation forms of LAM and ALEF
        ("گفتگو", True),  # Persian
        ("پاکستان میں", True),  # Urdu
        ("", False),
        (" \n", False),
        ("١٢٣٫٥ ٪ ؟", False),
        ("12:30 – 3.5", False),
        ("info@example.org", False),
        ("https://ar.wikipedia.org/wiki/\u062d\u0644\u0628", False),
        ("🎉 OK!", False),
        ("The New York Times", False),
    ],
)
def test_only_arabic_letters_need_translation(source: str, needs: bool) -> None:
    assert needs_translation(source) is needs


def test_a_cut_translation_has_the_wrong_length() -> None:
    assert check("وصل الوفد.", "The delegation arrived.") == ()
    assert check("وصل الوفد.", "The delegation arrived.", truncated=True) == (Flag.LENGTH,)


def test_an_empty_source_has_no_flags() -> None:
    assert check("", "") == () and check("…", "") == ()


def test_flags_are_json_strings() -> None:
    assert json.dumps([Flag.NUMBERS]) == '["numbers"]'


def test_the_milder_hypothesis_wins_and_then_the_score() -> None:
    assert better((), -3.0, (Flag.LENGTH,), -0.1)
    assert better((Flag.NUMBERS, Flag.NAMES), None, (Flag.LENGTH,), None)
    assert not better((Flag.EMPTY,), -0.1, (Flag.REPETITION, Flag.LENGTH), -0.2)
    assert better((Flag.LENGTH,), -0.1, (Flag.LENGTH,), -0.2)
    assert not better((), -0.2, (), -0.1)
    assert not better((), None, (), None), "without a reason the first stays"


def test_a_lost_number_alone_is_not_decoded_again() -> None:
    assert not REDECODE & set(check("قُتل 12 شخصا", "20 people died"))


_TEXTS = st.text(st.sampled_from("اب وعشرمليون٣٤1234567890.,:/-–%ab mdf'@\n ؟\u200f"), max_size=60)


@given(_TEXTS | st.text(), _TEXTS | st.text())
def test_any_two_strings_can_be_checked(source: str, hypothesis: str) -> None:
    assert set(check(source, hypothesis)) <= set(CHECKED)


@given(_TEXTS | st.text())
def test_no_text_loses_numbers_against_itself(text: str) -> None:
    assert missing(text, text) == ()


@given(st.integers(0, 10**9))
def test_digits_of_either_script_and_any_grouping_are_one_number(number: int) -> None:
    arabic_indic = str(number).translate({48 + i: 0x660 + i for i in range(10)})
    for written in (f"{number:,}", f"{number:,}".replace(",", "\u066c"), arabic_indic):
        assert missing(written, str(number)) == missing(str(number), written) == ()
