"""Coverage, density and compression as the Newsroom paper defines them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.overlap import fragment_lengths, mean_overlap, overlap

WORDS = st.lists(st.sampled_from("abc"), max_size=12)


def test_a_copied_sentence_is_covered_and_dense() -> None:
    article = "one two three four five six seven eight"
    found = overlap(article, "three four five six")
    assert (found.coverage, found.density, found.compression, found.novelty) == (100, 4, 2, 0)


def test_own_words_are_novel() -> None:
    found = overlap("one two three", "something else entirely")
    assert (found.coverage, found.density, found.novelty) == (0, 0, 100)


def test_a_mixture() -> None:  # fragments "the fire" and "in aleppo": (2 + 2) / 6, (4 + 4) / 6
    found = overlap("the fire began on sunday in aleppo", "the fire that broke in aleppo")
    assert found.coverage == pytest.approx(400 / 6)
    assert found.density == pytest.approx(8 / 6)
    assert found.novelty == pytest.approx(300 / 5)


def test_arabic_is_compared_in_one_spelling() -> None:
    assert overlap("قال الوزيرُ إنّ المدينة آمنة", "المدينه امنة").coverage == 100


@pytest.mark.parametrize(("article", "summary"), [("", ""), ("one two", ""), ("one", "؟ …")])
def test_an_empty_summary_is_nothing(article: str, summary: str) -> None:
    found = overlap(article, summary)
    assert (found.coverage, found.density, found.compression, found.novelty) == (0, 0, 0, 0)


def test_the_mean_leaves_out_what_has_no_summary() -> None:
    assert mean_overlap(["a b", "c d", "e"], ["a", "x y", ""]).coverage == 50
    assert mean_overlap(["a"], [""]).coverage == 0


def test_a_summary_of_one_word_has_no_pairs() -> None:
    assert overlap("one two", "two").novelty == 0


@given(WORDS, WORDS)
def test_fragments_are_parts_of_both(source: list[str], target: list[str]) -> None:
    lengths = fragment_lengths(tuple(source), tuple(target))
    assert sum(lengths) == sum(word in source for word in target)
    assert max(lengths, default=0) <= min(len(source), len(target))


@given(WORDS)
def test_a_copy_is_one_fragment(text: list[str]) -> None:
    assert fragment_lengths(tuple(text), tuple(text)) == ([len(text)] if text else [])
