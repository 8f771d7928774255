"""Unknown names are spelled, words of the language are left, and nothing else changes."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.arabic import arabic_words
from mt.bundled.recipe import spelling
from mt.glossary import Glossary, Term
from mt.models import BUNDLED_FOLDER
from mt.transliteration import Spelling, UnknownNames, folded, units_of


@cache
def bundled() -> UnknownNames:
    names = UnknownNames.from_folder(BUNDLED_FOLDER)
    assert names
    return names


@pytest.mark.parametrize(
    "text",
    [
        "وأضاف أن الاجتماع انتهى دون وصول الطرفين إلى صيغة لتهدئة التوتر بينهما.",
        "وسيدفعونها للمهندسين والعاملات بمدارسنا، وبمستشفياتهم.",
        "ارتفعت أسعار الخبز والمحروقات بنسبة ٣٥٪ خلال الشهر الماضي",
        "الأطراف لاتتفق ولايعرفون",  # spaces are often forgotten
        "12.5 % — plain text, https://example.com/a_b",
        "",
    ],
)
def test_words_of_the_language_are_left_as_they_are(text: str) -> None:
    assert bundled().write(text) == text


@pytest.mark.parametrize(
    ("arabic", "english"),  # names of no list here, in English as an agency may have them
    [
        ("بوكشتاين", "Bokstein"),
        ("هيرتسوغن", "Herzogen"),
        ("الطرمباوي", "al-Tarambawi"),
        ("شنكارانديان", "Shankarandian"),
        ("مازوليتشي", "Mazolici"),
    ],
)
def test_a_name_is_spelled_so_that_it_is_known_again(arabic: str, english: str) -> None:
    written = bundled().write(arabic)
    assert written.isascii()
    assert SequenceMatcher(None, written.lower(), english.lower()).ratio() > 0.6


def test_the_article_is_written_as_agencies_do() -> None:
    assert re.fullmatch("قال al-[A-Z][a-z]+ أمس", bundled().write("قال الطرمباوي أمس"))


def test_a_clitic_leaves_a_name_that_is_known() -> None:
    names = UnknownNames(["قال"], [units_of("سانشيز\ts|a|n|ch|e|z"), units_of("ويل\tw|i|ll")])
    assert names.write("قال لسانشيز وسانشيز") == "قال ل Sanchez و Sanchez"
    assert names.write("ويلسن").startswith("W")  # not و and a name يلسن


@given(st.text(st.sampled_from("وبلكدير الزقاهشسعيم،. ab1\n\u064e٣"), max_size=60))
def test_everything_but_arabic_words_stays(text: str) -> None:
    written = bundled().write(text)
    for mark in "،.1\n٣":
        assert written.count(mark) == text.count(mark)
    assert len(arabic_words(written)) <= 2 * len(arabic_words(text))


def test_a_listed_name_goes_before_a_guess() -> None:
    glossary = Glossary([Term("شنكارانديان", "Shankar Andian")]) | Glossary(unknown=bundled())
    reading = glossary.read("قال شنكارانديان لبوكشتاين")
    assert reading.text.startswith("قال Shankar Andian ")
    assert [term.target for term in reading.terms] == ["Shankar Andian"]


def test_spelling_gives_the_commonest_way() -> None:
    names = [units_of("حسن\th|as|an")] * 3 + [units_of("حسن\th|us|n")]
    assert Spelling(names).of("حسن") == "hasan"
    assert Spelling([]).of("حسن") == ""


def test_a_folder_without_the_files_has_no_guesses(tmp_path: Path) -> None:
    assert UnknownNames.from_folder(tmp_path) is None


def test_letters_are_aligned_with_what_they_became() -> None:
    pairs = [("سلام", "salam"), ("سامر", "samer"), ("مسلم", "muslim"), ("مالم", "malim")]
    table = spelling.unit_table(pairs * 3)
    _, units = spelling.aligned("سالم", "salim", table)
    assert ["".join(part) for part in zip(*units, strict=True)] == ["سالم", "salim"]
    assert [latin[0] for letter, latin in units if letter in "سلم"] == ["s", "l", "m"]


def test_words_are_those_of_dictionaries_and_of_pairs_where_they_are_no_names() -> None:
    pairs = [("زار الوزير بلدة كراكاشيا", "The minister visited the town of Karakashia")] * 2
    likely, seen, named = spelling.found(pairs)
    words = spelling.ordinary(seen, named, {"مدرسة": ["school"], "حلب": ["Aleppo"]})
    assert likely == [("كراكاشيا", "karakashia")]
    assert {folded("الوزير"), folded("مدرسة")} <= words
    assert not words & {folded("كراكاشيا"), "حلب"}


def test_a_word_that_looks_like_another_with_affixes_is_known_with_affixes_of_its_own() -> None:
    dictionary = {"حادثة": ["incident"], "محادثة": ["conversation"]}
    words = spelling.ordinary(Counter(), Counter(), dictionary)
    assert UnknownNames(words, []).write("بمحادثة وبمحادثته") == "بمحادثة وبمحادثته"


def test_names_held_out_are_not_learned() -> None:
    names = [units_of("رامي\tr|a|m|i"), units_of("رامي\tr|a|m|y"), units_of("زهير\tz|uh|ai|r")]
    count, right, likeness = spelling.spelled_unseen(names, 3)
    assert (count, right) == (1, 0)
    assert likeness == pytest.approx(6 / 7)  # "rai", from the letters of زهير, and "rami"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("والتهطال", "و al-Tihtal"),  # "and the", the word being long
        ("للمرينيد", "ل al-Mrinid"),
        ("والتر", "Walter"),
        ("رؤسائهم", "رؤسائهم"),  # of رؤساء
        ("للحب", "للحب"),  # two letters are too few for a name
        ("العاثيات", "العاثيات"),  # a plural
        ("والعاثيات", "والعاثيات"),
        ("وللمرينيد", "و ل al-Mrinid"),
        ("والتمير", "Waltemir"),  # listed, and so not "and the"
        ("إلمي", "Elmi"),  # no article
        ("ژژژژ", "ژژژژ"),  # none of its letters is known
    ],
)
def test_articles_and_endings_are_seen_through(text: str, read: str) -> None:
    letters = {"ت": "t", "ه": "ih", "ط": "t", "ا": "a", "ل": "l", "م": "m", "ر": "r", "ي": "i"}
    letters |= {"ن": "n", "د": "d", "إ": "e"}
    listed = [units_of("والتر\tw|a|l|te|r"), units_of("والتمير\tw|a|l|te|m|i|r")]
    names = [[unit] for unit in letters.items()] + listed * 9
    assert UnknownNames(["روساء"], names).write(text) == read
