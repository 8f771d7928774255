"""Chunks fit, end at sentences, and together are the document."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.chunking import chunk


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def characters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


@given(st.text(alphabet="اب .؟\n،wA1"), st.integers(1, 12))
def test_chunks_fit_and_lose_no_character(text: str, limit: int) -> None:
    chunks = chunk(text, characters, limit)
    assert all(len(part) <= limit for part in chunks)
    assert "".join("".join(chunks).split()) == "".join(text.split())


def test_a_text_that_fits_is_one_chunk() -> None:
    assert chunk(" One. Two.\n", words, 10) == ["One. Two."]


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_nothing_gives_no_chunk(text: str) -> None:
    assert chunk(text, words, 10) == []


def test_chunks_end_at_sentences_and_are_of_like_size() -> None:
    text = " ".join(f"هذه هي الجملة رقم {i} من النص." for i in range(100))
    chunks = chunk(text, words, 100)
    assert len(chunks) == 8  # 700 words
    assert all(part.endswith("النص.") for part in chunks)
    assert max(words(chunks)) - min(words(chunks)) <= 7


def test_a_sentence_above_the_limit_is_cut_at_a_comma() -> None:
    text = "قال الوزير إن الطريق مفتوح، وإن المدنيين وصلوا إلى المدينة"
    assert chunk(text, words, 6) == [text[:27], text[28:]]


def test_paragraphs_stay_apart_in_a_chunk() -> None:
    assert chunk("One.\n\nTwo. Three. Four five six.", words, 3) == [
        "One.\n\nTwo. Three.",
        "Four five six.",
    ]
