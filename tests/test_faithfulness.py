"""What a summary says without support, measured on labelled summaries of the sample set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarize.dates import mentioned, stated
from summarize.faithfulness import Unsupported, unsupported
from summarize.names import is_in, names
from summarize.overlap import overlap

HERE = Path(__file__).parent
ARTICLES = {
    row["id"]: row
    for row in map(
        json.loads,
        (HERE.parent / "eval/articles/articles.jsonl").read_text(encoding="utf-8").splitlines(),
    )
}
# 29 true summaries, and 73 in which one number, name, place or date was swapped by hand.
SUMMARIES = [
    json.loads(line)
    for line in (HERE / "summaries.jsonl").read_text(encoding="utf-8").splitlines()
]
FLORES = HERE.parent.parent / "shared/data/dev/flores200-devtest.tsv"


def text_of(article: str, side: str) -> str:
    row = ARTICLES[article]
    return "\n".join([row["dateline"], *(segment[side] for segment in row["segments"])])


@pytest.mark.parametrize(
    ("side", "precision", "recall"), [("source", 1.0, 0.93), ("reference", 1.0, 0.95)]
)
def test_swaps_are_found_and_true_summaries_pass(
    side: str, precision: float, recall: float
) -> None:
    right = wrong = missed = 0
    for row in SUMMARIES:
        found = unsupported(text_of(row["article"], side), row["summary"]).flags
        expected = {row["flag"]} - {None}
        right += len(expected & set(found))
        wrong += len(set(found) - expected)
        missed += len(expected - set(found))
    assert right + missed == 73
    assert right / (right + wrong) >= precision
    assert right / (right + missed) >= recall


@pytest.mark.skipif(not FLORES.exists(), reason="needs the development data")
def test_few_true_sentences_of_another_kind_are_flagged() -> None:
    # Wikipedia and Wikinews, full of Western names that Arabic spells by sound
    pairs = [line.split("\t") for line in FLORES.read_text(encoding="utf-8").splitlines()]
    found = [unsupported(arabic, english) for arabic, english, *_ in pairs]
    assert sum(bool(u.numbers) for u in found) <= 0.005 * len(pairs)
    assert sum(bool(u.dates) for u in found) == 0
    assert sum(bool(u.names) for u in found) <= 0.10 * len(pairs)


@pytest.mark.parametrize(
    ("name", "arabic"),
    [
        ("Albukamal", "البوكمال"),
        ("Zulfiqar", "ذو الفقار"),
        ("Abdessamad", "عبد الصمد"),
        ("Khoury", "خوري"),
        ("Taiz", "تعز"),
        ("Ibb", "إب"),
        ("Benallal", "بنعلال"),
        ("Kovalchuk", "كوفالتشوك"),
        ("Trump", "ترامب"),
        ("Iranians", "الإيرانيون"),
        ("Egyptian", "للمصريين"),
        ("U.N.", "للأمم المتحدة"),
        ("Ürümqi", "أورومتشي، Ürümqi"),
    ],
)
def test_names_are_found_in_arabic(name: str, arabic: str) -> None:
    assert is_in(name, f"قال {arabic} اليوم")


@pytest.mark.parametrize(
    ("name", "arabic"),
    [
        ("Marwan", "ردفان القباطي"),
        ("Hodeidah", "مدينة تعز"),
        ("Algiers", "ميناء طنجة"),
        ("Iran", "العراق وتركيا"),
        ("Turkey", "الأردن والعراق"),
    ],
)
def test_other_names_are_not_found(name: str, arabic: str) -> None:
    assert not is_in(name, arabic)


def test_a_name_is_found_in_the_same_script_in_its_other_forms() -> None:
    source = "Syria and the United States signed it in Beirut."
    for name in ("Syrian", "U.S.", "American", "Beirut"):
        assert is_in(name, source), name
    assert not is_in("Lebanon", source)


def test_capitals_that_mark_no_name_are_left_alone() -> None:
    text = "Restorers of the Ministry of Health met on Monday. The Guard said so in March."
    assert list(names(text)) == []


def test_digits_and_number_words_of_both_scripts_are_one() -> None:
    source = "قُتل خمسة وعشرون شخصا وأصيب ١٬٢٠٠ آخرون"
    assert unsupported(source, "25 people were killed and 1,200 injured") == Unsupported()
    assert unsupported(source, "52 people were killed").numbers == ("52",)


def test_months_and_weekdays_are_compared_across_languages() -> None:
    assert unsupported("في 11 كانون الثاني", "On Jan. 11") == Unsupported()
    assert unsupported("في 11 كانون الأول", "On January 11").dates == ("january",)
    assert unsupported("في 11/1/2021", "On January 11, 2021") == Unsupported()
    assert unsupported("وصل الخميس", "They arrived on Friday").dates == ("friday",)


def test_the_verb_may_and_the_father_are_no_months() -> None:
    assert stated("They may march. May they win!") == frozenset()
    assert stated("قال أب لثلاثة أطفال") == frozenset()
    assert stated("in May, and on March 3") == {"may", "march"}
    assert "august" in mentioned("في ٤ آب")


def test_arabic_summaries_are_checked_for_what_can_be_seen() -> None:
    source = text_of("tangier-port-cyberattack", "source")
    summary = ARTICLES["tangier-port-cyberattack"]["summary_ar"]
    assert unsupported(source, summary) == Unsupported()
    assert unsupported(source, summary.replace("31", "13")).numbers != ()
    assert unsupported(source, f"{summary} BlackHeron").names == ("BlackHeron",)


def test_empty_texts_state_nothing() -> None:
    assert unsupported("", "") == unsupported("نص", "") == Unsupported()
    assert unsupported("", "Ahmed, 25").flags == ("numbers", "names")


def test_a_verbatim_summary_has_full_coverage_and_no_novelty() -> None:
    text = "قالت اللجنة إن الطريق مفتوح. ووصل المدنيون."
    found = overlap(text, "قَالَتْ اللجنة إنّ الطريق مفتوح")
    assert (found.coverage, found.density, found.novelty) == (100, 5, 0)
    assert overlap(text, "one two").coverage == 0
    assert overlap(text, "").compression == 0
