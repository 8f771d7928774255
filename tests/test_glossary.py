"""Terms are found as an Arabic reader would find them, and all else of a text stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.errors import InputError
from mt.glossary import Glossary, Kind, Reading, Term
from mt.models import BUNDLED_FOLDER

TERMS = [
    Term("دير الزور", "Deir ez-Zor"),
    Term("الزور", "al-Zour"),
    Term("القاهرة", "Cairo"),
    Term("وليد", "Walid", Kind.PERSON),
    Term("سعيد", "Saeed", Kind.BESIDE),
    Term("كمال", "Kamal", Kind.BESIDE),
    Term("إدلب", "Idlib", Kind.NAME),
]
GLOSSARY = Glossary(TERMS)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("شرقي دير الزور.", "شرقي Deir ez-Zor."),  # the longest term
        ("شرقي دير، الزور", "شرقي دير، al-Zour"),  # a comma parts
        ("في القاهره وإلى القَاهِرَة", "في Cairo وإلى Cairo"),
        ("ادلب وإدلب، بإدلب", "Idlib و Idlib، ب Idlib"),
        ("وللقاهرة ولدير الزور", "و ل Cairo و ل Deir ez-Zor"),
        ("وليد سعيد", "Walid Saeed"),
        ("سعيد كمال", "سعيد كمال"),  # both may be words
        ("وليد، سعيد بذلك", "Walid، سعيد بذلك"),
        ("سعيد في إدلب", "سعيد في Idlib"),
        ("سعيد إدلب", "سعيد Idlib"),  # a place makes no person of its neighbour
        ("القاهريون والإدلبي", "القاهريون والإدلبي"),  # other words
        ("plain text 12", "plain text 12"),
        ("", ""),
    ],
)
def test_terms_are_read_in_english(text: str, read: str) -> None:
    assert GLOSSARY.read(text).text == read


@given(st.text(st.sampled_from("وبلكدير الزقاهةسعيمإ،. ab1\n\u064e"), max_size=60))
def test_all_but_the_terms_stays(text: str) -> None:
    reading = GLOSSARY.read(text)
    if not reading.terms:
        assert reading.text == text
    for mark in "،.ab1\n":
        latin = sum(term.target.count(mark) for term in reading.terms)
        assert reading.text.count(mark) - latin == text.count(mark)


def test_what_the_hypothesis_lacks_is_missing() -> None:
    reading = GLOSSARY.read("من القاهرة إلى دير الزور")
    assert [term.target for term in reading.missing("from CAIRO to Deir Ezzor")] == ["Deir ez-Zor"]
    assert reading.missing("To deir ez-zor, from Cairo's centre") == ()
    assert Reading("x").missing("") == ()


def test_a_later_glossary_overrides(tmp_path: Path) -> None:
    file = tmp_path / "terms.tsv"
    file.write_text("\ufeffالقاهرة\tthe capital\r\n\r\nوليد\tWaleed\tperson\n", encoding="utf-8")
    both = GLOSSARY | Glossary.from_file(file)
    assert both.read("وليد سعيد في القاهرة").text == "Waleed Saeed في the capital"


@pytest.mark.parametrize("line", ["القاهرة", "القاهرة\t", "\tCairo", "القاهرة\tCairo\tcity"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "terms.tsv"
    file.write_text(f"إدلب\tIdlib\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"terms\.tsv, line 2"):
        Glossary.from_file(file)


def test_the_bundled_names_are_sound() -> None:
    names = Glossary.from_file(BUNDLED_FOLDER / "names.tsv")
    text = "قال خالد الجبوري من البوكمال: على السودان أن يكون سعيدا"
    assert names.read(text).text == "قال Khaled al-Jubouri من Albukamal: على Sudan أن يكون سعيدا"
