"""Splitting and joining loses nothing, and finds the sentences of Arabic news."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.document import Document, Segment, split_long

# Arbitrary Unicode, with what matters here made likely.
TEXT = st.text(
    st.one_of(
        st.characters(),
        st.just("\ud800"),
        st.sampled_from(" \t\r\n\v\f\x1c\x1f\x85\u00a0\u2028\u2029\u200f\ufeff.؟!،؛:«»()-1٢دأصب"),
    ),
    max_size=80,
)


@given(TEXT)
def test_splitting_and_joining_gives_the_text_back(text: str) -> None:
    document = Document.from_text(text)
    assert document.text == text
    assert document.with_texts(s.text for s in document.segments).text == text


@given(TEXT)
def test_no_segment_has_a_line_break_or_white_space_around_it(text: str) -> None:
    for segment in Document.from_text(text).segments:
        assert len(segment.text.splitlines()) < 2
        assert segment.text == segment.text.strip()
        assert not segment.tail.strip()


@given(TEXT)
def test_paragraphs_hold_every_segment_that_has_text(text: str) -> None:
    document = Document.from_text(text)
    flat = [segment for paragraph in document.paragraphs() for segment in paragraph]
    assert flat == [segment for segment in document.segments if segment.text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("\n \n", []),
        ("بلا نقطة", ["بلا نقطة"]),
        ("عاجل .. انفجار في دمشق", ["عاجل .. انفجار في دمشق"]),
        ("دمشق.. لقاء يخفق\nوقال", ["دمشق.. لقاء يخفق", "وقال"]),
        ("قال نعم.. ثم ذهب..", ["قال نعم..", "ثم ذهب.."]),
        ("قال نعم... ثم ذهب", ["قال نعم...", "ثم ذهب"]),
        ("هل عاد؟ نعم! انتهى.", ["هل عاد؟", "نعم!", "انتهى."]),
        ("ارتفع السعر 3.5 في المئة. وقال", ["ارتفع السعر 3.5 في المئة.", "وقال"]),
        ("ارتفع ١٢.٥ في المئة. وقال", ["ارتفع ١٢.٥ في المئة.", "وقال"]),
        ("وقع في ١٦.٢.٢٠٢١ نعم", ["وقع في ١٦.٢.٢٠٢١ نعم"]),
        ("بلغ ۱۲.۵ بالمئة", ["بلغ ۱۲.۵ بالمئة"]),
        ("كان عام ٢٠٢١. ١٥ قتيلا", ["كان عام ٢٠٢١.", "١٥ قتيلا"]),
        ("قال د. أحمد إنه عاد. وذهب", ["قال د. أحمد إنه عاد.", "وذهب"]),
        ("أ.د. محمد علي هنا. نعم", ["أ.د. محمد علي هنا.", "نعم"]),
        ("ص.ب. 12 دمشق. نعم", ["ص.ب. 12 دمشق.", "نعم"]),
        ("وقعت عام 15 هـ. ثم جاء", ["وقعت عام 15 هـ.", "ثم جاء"]),
        ("قال، ثم ذهب؛ نعم", ["قال، ثم ذهب؛ نعم"]),
        ("قال: «لن نعود. سنبقى» ثم ذهب. نعم", ["قال: «لن نعود. سنبقى» ثم ذهب.", "نعم"]),
        ("سطر\r\nآخر\x0cثالث\u2028رابع", ["سطر", "آخر", "ثالث", "رابع"]),
        ("- أولاً\n• ثانياً\n٣. ثالثاً", ["-", "أولاً", "•", "ثانياً", "٣.", "ثالثاً"]),
        ("-5 درجات", ["-5 درجات"]),
    ],
)
def test_segments(text: str, sentences: list[str]) -> None:
    assert [s.text for s in Document.from_text(text).segments if s.text] == sentences


def test_with_texts_keeps_the_white_space() -> None:
    document = Document.from_text("  هل؟ نعم.\n\n\tلا\n")
    assert document.with_texts(["", "Is it?", "Yes.", "No"]).text == "  Is it? Yes.\n\n\tNo\n"


def test_with_texts_refuses_another_number_of_texts() -> None:
    with pytest.raises(ValueError):
        Document.from_text("نعم. لا.").with_texts(["Yes."])


@given(TEXT, st.integers(1, 12))
def test_a_long_segment_is_split_without_loss(text: str, limit: int) -> None:
    pieces = split_long(text, lambda piece: len(piece) <= limit)
    assert "".join(piece.text + piece.tail for piece in pieces) == text
    assert all(len(piece.text) <= limit for piece in pieces)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ذهب الولد إلى السوق؛ وعاد مساءً، ثم نام", ["ذهب الولد إلى السوق؛", "وعاد مساءً، ثم نام"]),
        ("ذهب الولد إلى السوق، وعاد في المساء", ["ذهب الولد إلى السوق،", "وعاد في المساء"]),
        ("ذهب الولد إلى السوق وعاد في المساء", ["ذهب الولد إلى السوق", "وعاد في المساء"]),
        ("الولد الصغير السعيد الطيب الجميل", ["الولد الصغير", "السعيد الطيب الجميل"]),
    ],
)
def test_the_best_boundary_is_taken(text: str, pieces: list[str]) -> None:
    assert [s.text for s in split_long(text, lambda piece: len(piece) < 24)] == pieces


def test_three_thousand_words_without_a_full_stop_are_split_evenly() -> None:
    text = " ".join(["كلمة"] * 3000)
    pieces = split_long(text, lambda piece: len(piece.split()) <= 500)
    assert " ".join(piece.text for piece in pieces) == text
    assert min(len(piece.text.split()) for piece in pieces) > 250


def test_a_megabyte_of_blanks_takes_no_time() -> None:
    text = "نعم" + " " * 1_000_000 + "لا"
    assert Document.from_text(text).text == text


def test_paragraphs() -> None:
    document = Document.from_text("أب كان. تاب هو.\n\nج ح")
    assert [[s.text for s in p] for p in document.paragraphs()] == [
        ["أب كان.", "تاب هو."],
        ["ج ح"],
    ]
    assert Segment("ج ح") in document.segments
