"""Names, numbers, flags and overlap are counted as a reader would count them."""

from __future__ import annotations

import pytest

from eval import measures
from eval.articles import EvalArticle, EvalSegment, Name

ARTICLE = EvalArticle(
    "one",
    (EvalSegment("نص", "text"),),
    names=(
        Name("أحمد الشرع", ("Ahmad al-Sharaa", "Ahmed al-Shar'a")),
        Name("عين العرب", ("Ain al-Arab", "Kobani")),
        Name("لي", ("Li",)),
    ),
    numbers=("3", "1,200", "2", "4.5"),
)
NOTHING = EvalArticle("two", (EvalSegment("نص", "text"),))


def kept(translation: str) -> list[float]:
    return measures.name_rows([ARTICLE], [translation])[0].tolist()


@pytest.mark.parametrize(
    ("translation", "names"),
    [
        ("Ahmad al-Sharaa visited Ain al-Arab with Li.", 3),
        ("AHMED AL SHAR’A’s visit to Kobanî", 2),
        ("Ahmad visited Ain and the Arabs of Libya", 0),
        ("", 0),
    ],
)
def test_names_count_in_any_spelling_but_whole(translation: str, names: int) -> None:
    assert kept(translation) == [100 * names, 3]


@pytest.mark.parametrize(
    ("translation", "numbers"),
    [
        ("3 people, 1,200 houses, 4.5 million", 3),
        ("Three people, 1200 houses", 2),
        ("13 people, 1,201 houses, 45 million", 0),
    ],
)
def test_numbers_count_in_digits_and_words(translation: str, numbers: int) -> None:
    # 2 is left out: Arabic says it with an ending, English with "both" or a plural.
    assert measures.number_rows([ARTICLE], [translation])[0].tolist() == [100 * numbers, 3]


def test_a_share_is_over_all_names_and_not_a_mean_of_articles() -> None:
    rows = measures.name_rows([ARTICLE, NOTHING], ["Li", "Li"])
    assert measures.NAMES.value(rows.sum(axis=0)) == pytest.approx(100 / 3)
    assert measures.NAMES.segment_value(rows[1]) == 0


def test_flagged_is_the_share_of_texts_with_a_flag() -> None:
    rows = measures.flag_rows([(), ("empty",), ("length", "numbers"), ()])
    assert measures.FLAGGED.value(rows.sum(axis=0)) == 50
    assert measures.FLAGGED.lower_is_better


def test_overlap_of_each_summary() -> None:
    found = measures.overlap_rows(["one two three four"] * 2, ["one two", "something else now"])
    assert found[measures.COVERAGE].tolist() == [[100, 1], [0, 1]]
    assert found[measures.NOVELTY].tolist() == [[0, 1], [100, 1]]
    assert found[measures.LENGTH].tolist() == [[2, 1], [3, 1]]


def test_the_mean_leaves_out_what_has_no_summary() -> None:
    assert measures.mean_overlap(["a b", "c d", "e"], ["a", "x y", ""]).coverage == 50
    assert measures.mean_overlap(["a"], [""]).coverage == 0


def test_a_signature_names_the_draws_and_the_rules() -> None:
    signature = measures.NAMES.signature(1, samples=40, seed=7)
    assert signature.startswith("bs:40|seed:7|version:tarjama-")
    assert measures.NAMES.signature(1).startswith("version:")
