"""Extractive summaries: whole sentences, in order, with their places, in both languages."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.errors import InputError
from summarize.extractive import METHODS, extract, sentences_of
from summarize.length import Length
from summarize.words import language_of, stop_words, terms, words

ARABIC = (
    "اتفاق على فتح الطريق الشرقي\n\n"
    "أعلنت لجنة وساطة قبلية في محافظة تعز فتح الطريق الشرقي أمام المدنيين. "
    "وقال رئيس اللجنة إن الطريق الشرقي سيفتح خمسة أيام في الأسبوع.\n\n"
    "وتناول الطرفان بندين:\n"
    "ولم تسقط أمطار هذا العام في مدينة أخرى بعيدة. "
    "وأعلنت اللجنة أن فتح الطريق الشرقي سيخفف معاناة المدنيين في محافظة تعز.\n"
)
ENGLISH = (
    "The council of Aden opened the eastern road to civilians on Monday. "
    "Mr. Haddad said the eastern road would stay open for five days. "
    "It rained elsewhere. "
    "The eastern road had kept the civilians of Aden from the market for 3.5 years.\n"
)
OFFLINE = tuple(method for method in METHODS if method != "centroid")  # it needs its model


@pytest.mark.parametrize("method", OFFLINE)
@pytest.mark.parametrize("text", [ARABIC, ENGLISH])
def test_sentences_are_whole_in_order_and_where_they_say(method: str, text: str) -> None:
    found = extract(text, method=method, length=Length(2))
    assert len(found) == 2
    assert [s.start for s in found] == sorted(s.start for s in found)
    assert all(text[s.start : s.end] == s.text for s in found)
    assert {s.text for s in found} <= {s.text for s in sentences_of(text)}


@pytest.mark.parametrize("method", OFFLINE)
@pytest.mark.parametrize("text", ["", " \n\n ", "…\n- \n", "\u064b"])
def test_a_text_without_a_word_has_no_summary(method: str, text: str) -> None:
    assert extract(text, method=method) == ()


@pytest.mark.parametrize("method", OFFLINE)
@pytest.mark.parametrize("text", ["خبر", "و في من", "Only a headline", "نعم. لا.", "نعم. نعم."])
def test_the_shortest_texts_are_their_own_summary(method: str, text: str) -> None:
    found = extract(text, method=method)
    assert " ".join(s.text for s in found) == ("نعم." if text == "نعم. نعم." else text)


def test_news_prefers_the_earlier_of_two_like_sentences() -> None:
    text = (
        "The road of Aden is open today. The road of Aden is open now. Water came too late here."
    )
    assert extract(text, method="news", length=Length(1))[0].start == 0


def test_headings_and_announcements_are_left_out() -> None:
    chosen = extract(ARABIC, length=Length(None))
    assert [s.text[:10] for s in chosen] == [
        "أعلنت لجنة",
        "وقال رئيس ",
        "ولم تسقط أ",
        "وأعلنت الل",
    ]


def test_the_same_sentence_comes_once_even_with_other_marks() -> None:
    first = "عُقِدَ اجتماع في مدينة دمشق اليوم."
    again = "عقد اجتمـاع في مدينة دمشق اليوم."
    text = f"{first} {again} وانتهى من دون اتفاق بين الطرفين."
    assert [s.start for s in extract(text)] == [0, 68]


def test_max_words_is_kept_with_whole_sentences() -> None:
    found = extract(ENGLISH, length=Length(None, max_words=25))
    assert 0 < sum(len(s.text.split()) for s in found) <= 25


def test_when_nothing_fits_the_shortest_sentence_is_taken_whole() -> None:
    found = extract(ENGLISH, length=Length(max_words=2))
    assert [s.text for s in found] == [
        min((s.text for s in sentences_of(ENGLISH)[:2]), key=lambda text: len(text.split()))
    ]


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(InputError, match="no method 'bert'; choose from news, lexrank"):
        extract("x", method="bert")


def test_a_length_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="0 words"):
        Length(max_words=0)


@given(st.text(alphabet="اب .؟\n،wA1\u064b"), st.sampled_from(OFFLINE), st.integers(1, 4))
def test_any_text_gives_at_most_so_many_of_its_sentences(
    text: str, method: str, count: int
) -> None:
    found = extract(text, method=method, length=Length(count))
    assert len(found) <= count
    assert bool(found) == bool(sentences_of(text))
    assert all(text[s.start : s.end] == s.text for s in found)


def test_a_text_of_50000_words_is_ranked_in_seconds() -> None:
    draw = random.Random(4)
    text = "\n".join(
        " ".join(f"w{int(4000 * draw.random() ** 3)}" for _ in range(20)) + "."
        for _ in range(2500)
    )
    start = time.process_time()  # of this process: the machine may be busy
    assert len(extract(text)) == 3
    assert time.process_time() - start < 60  # minutes if all pairs were compared; 5 s here


def test_words_are_compared_without_marks_spelling_and_case() -> None:
    assert words("الإدارةُ ـ ADEN") == ["الاداره", "aden"]
    assert terms("والمدينة") == terms("مدينة")
    assert {"في", "الي", "the"} <= stop_words()  # إلى in the spelling of `words`


def test_the_language_is_that_of_most_letters() -> None:
    assert [language_of(t) for t in (ARABIC, ENGLISH, "قال Bob", "12")] == ["ar", "en", "ar", "en"]
