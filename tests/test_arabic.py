"""Each step of the normalisation, on what scraped Arabic text really has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt import arabic


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("الحَمْدُ لِلَّهِ", "الحمد لله"),
        ("مُسْتَشْفًى", "مستشفى"),
        ("هٰذا", "هذا"),  # SUPERSCRIPT ALEF
        ("قرا\u0653ن سا\u0654ل", "قرآن سأل"),  # MADDAH, HAMZA ABOVE written apart
        ("café naïve", "café naïve"),
    ],
)
def test_tashkeel_goes_and_hamza_stays(text: str, bare: str) -> None:
    assert arabic.strip_tashkeel(text) == bare


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ﺍﻟﺴﻼﻡ", "السلام"),
        ("ﷲ", "الله"),
        ("½ … ﬁ ①", "½ … ﬁ ①"),  # not Arabic: none of its business
    ],
)
def test_presentation_forms(text: str, folded: str) -> None:
    assert arabic.fold_presentation_forms(text) == folded


def test_invisible_characters_go() -> None:
    assert arabic.strip_invisible("\ufeff\u202bقال\u200f \u200cنعم\u202c\u2069\u00ad") == "قال نعم"


def test_digits_and_punctuation_are_changed_only_where_asked() -> None:
    text = "هل ارتفع ١٢٪، أم ٣٫٥؟"
    assert arabic.normalise(text) == text
    assert arabic.normalise(text, to_ascii="٪؟") == "هل ارتفع ١٢%، أم ٣٫٥?"
    everything = arabic.normalise(text, to_ascii=arabic.DIGITS_AND_PUNCTUATION)
    assert everything == arabic.ascii_digits_and_punctuation(text) == "هل ارتفع 12%, أم 3.5?"


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = arabic.normalise(text)
    assert arabic.normalise(once) == once


@given(st.text(st.characters(max_codepoint=0x2FF, categories=["L", "N", "P"])))
def test_latin_text_is_only_composed(text: str) -> None:
    visible = text.replace("\u00ad", "")
    assert arabic.normalise(text) == unicodedata.normalize("NFC", visible)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("2021.02.16 | 19:16", False),
        ("١٢٣ ، ؟", False),
        ("\u064b", False),  # FATHATAN alone
        ("CNN عربية", True),
        ("ﻻ", True),
        ("پاکستان", True),
    ],
)
def test_has_arabic(text: str, expected: bool) -> None:
    assert arabic.has_arabic(text) is expected
