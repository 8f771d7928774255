"""Scores are those of sacreBLEU and rouge-score, on Arabic too, and say how they were made."""

from __future__ import annotations

import re

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from eval import Score, bleu, chrf, chrf_plus, rouge, ter
from eval.metrics import METRICS, load_metric, score
from eval.tokenizer import words
from mt.errors import InputError

# The example of sacreBLEU's README: three sentences, two references.
HYPOTHESES = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
REFERENCES = [
    ["The dog bit the man.", "It was not unexpected.", "The man bit him first."],
    ["The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."],
]


def test_bleu_of_the_readme() -> None:
    assert (
        re.sub(r"version:[\d.]+", "version:V", str(bleu(HYPOTHESES, REFERENCES)))
        == "BLEU|nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:V = 48.5"
    )


def test_scores_and_signatures_are_those_of_sacrebleu() -> None:
    ours = [
        bleu(HYPOTHESES, REFERENCES),
        chrf(HYPOTHESES, REFERENCES),
        ter(HYPOTHESES, REFERENCES),
    ]
    for mine, theirs in zip(
        ours, (sacrebleu.BLEU(), sacrebleu.CHRF(), sacrebleu.TER()), strict=True
    ):
        result = theirs.corpus_score(HYPOTHESES, REFERENCES)
        assert (mine.name, mine.value) == (result.name, result.score)
        assert mine.signature == str(theirs.get_signature())


def test_chrf_plus_has_words() -> None:
    theirs = sacrebleu.CHRF(word_order=2).corpus_score(HYPOTHESES, REFERENCES)
    ours = chrf_plus(HYPOTHESES, REFERENCES)
    assert (ours.name, ours.value) == ("chrF2++", theirs.score)
    assert "nw:2" in ours.signature


@pytest.mark.parametrize(
    ("hypotheses", "references", "value"),
    [  # sacreBLEU's test_ter.py
        (["aaaa bbbb cccc dddd"], ["aaaa bbbb cccc dddd"], 0),
        (["dddd eeee ffff"], ["aaaa bbbb cccc"], 100),
        ([""], ["a"], 100),
        (["d e f g h a b c"], ["a b c d e f g h"], 12.5),
    ],
)
def test_ter_vectors(hypotheses: list[str], references: list[str], value: float) -> None:
    assert ter(hypotheses, [references]).value == value


@pytest.mark.parametrize(
    ("hypotheses", "references", "value"),
    [  # those of sacreBLEU's test_chrf.py that do not depend on beta
        (["a"], ["a"], 100),
        ([""], ["reference"], 0),
        (["a b c"], ["abc"], 100),
        (["a", "b"], ["a", "c"], 50),
        (["aa"], ["ab"], 25),
    ],
)
def test_chrf_vectors(hypotheses: list[str], references: list[str], value: float) -> None:
    assert chrf(hypotheses, [references]).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("variant", "references", "hypothesis", "value"),
    [  # rouge-score's rouge_scorer_test.py
        ("1", ["testing one two"], "testing", 1 / 2),
        ("2", ["testing one two"], "testing one", 2 / 3),
        ("L", ["testing one two"], "testing one", 4 / 5),
        ("L", ["testing one two"], "testing two", 4 / 5),
        ("1", ["first text", "first something"], "text first", 1),
        ("2", ["first text", "first something"], "text first", 0),
        ("L", ["first text", "first something"], "text first", 1 / 2),
        ("Lsum", ["w1 w2 w3 w4 w5"], "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", 8 / 15),
        ("Lsum", ["First sentence.\nSecond Sentence."], "Second sentence.\nFirst Sentence.", 1),
        ("Lsum", ["w1 w2 w3 w4 w5"], "/", 0),
        ("Lsum", [""], "w1", 0),
        ("1", ["testing one two"], "", 0),
    ],
)
def test_rouge_vectors(variant: str, references: list[str], hypothesis: str, value: float) -> None:
    got = rouge([hypothesis], [[text] for text in references], variant)
    assert got.value == pytest.approx(100 * value)


ENGLISH = st.text("abcdeXYZ 019.,'-?\n", max_size=80)


@given(ENGLISH, ENGLISH)
def test_rouge_of_english_is_that_of_rouge_score(target: str, hypothesis: str) -> None:
    theirs = RougeScorer(["rouge1", "rouge2", "rougeL"]).score(target, hypothesis)
    for variant in ("1", "2", "L"):
        ours = rouge([hypothesis], [[target]], variant).value
        assert ours == 100 * theirs[f"rouge{variant}"].fmeasure


ARABIC = "أعلنت الحكومة السورية، اليوم، رفع أسعار الخبز بنسبة ٢٥٪ في دمشق."


def test_rouge_score_alone_gives_nothing_for_arabic() -> None:
    assert RougeScorer(["rougeL"]).score("أعلنت الحكومة", "أعلنت الحكومة")["rougeL"].fmeasure == 0


@pytest.mark.parametrize("variant", ["1", "2", "L", "Lsum"])
def test_rouge_of_identical_arabic(variant: str) -> None:
    assert rouge([ARABIC], [[ARABIC]], variant, language="ar").value == 100


@pytest.mark.parametrize(
    "spelling",
    [
        "أعلنتِ الحُكُومَةُ السُّوريّةُ، اليَومَ، رفعَ أسعارِ الخُبزِ بنسبةِ ٢٥٪ في دِمشق.",
        "اعلنت الحكومه السوريه, اليوم, رفع اسعار الخبز بنسبة 25% في دمشق.",
        "أعلنت الحكومـــة السورية؛ اليوم: رفع أسعار الخبز بنسبة ٢٥ ٪ في دمشق",
    ],
)
def test_spelling_does_not_change_rouge(spelling: str) -> None:
    assert rouge([spelling], [[ARABIC]], "2", language="ar").value == 100


def test_other_words_change_rouge() -> None:
    other = ARABIC.replace("دمشق", "حلب")
    assert rouge([other], [[ARABIC]], "1", language="ar").value == pytest.approx(100 * 10 / 11)


def test_lsum_finds_sentences_where_l_does_not() -> None:
    target = "وصل الوزير إلى العاصمة. غادر السفير المطار."
    turned = "غادر السفير المطار. وصل الوزير إلى العاصمة."
    assert rouge([turned], [[target]], "Lsum", language="ar").value == 100
    assert rouge([turned], [[target]], "L", language="ar").value < 60


def test_rouge_names_its_tokenizer_and_splitter() -> None:
    signature = rouge(["a"], [["a"], ["b"]], "Lsum", language="ar").signature
    assert signature.startswith("nrefs:2|tok:unicode|ar:lucene|stem:no|split:sentencex-")
    assert "version:rouge-score-" in signature


def test_words_of_english_and_arabic() -> None:
    assert words("Café_au lait, ١٢٣ مِئةٌ") == ("café", "au", "lait", "123", "مئه")


def test_arabic_bleu_splits_off_arabic_punctuation() -> None:
    spaced, joined = ["هل وصل الوفد إلى دمشق اليوم ؟"], ["هل وصل الوفد إلى دمشق اليوم؟"]
    assert bleu(spaced, [joined], language="ar").value == pytest.approx(100)
    assert "tok:intl" in bleu(spaced, [joined], language="ar").signature
    assert bleu(spaced, [joined]).value < 90


@pytest.mark.parametrize("key", METRICS)
def test_identical_texts_are_perfect(key: str) -> None:
    texts = ["The minister left the city on Monday.", "He did not say why he had come."]
    assert score(key, texts, [texts]).value == pytest.approx(0 if key == "ter" else 100)


@pytest.mark.parametrize("key", METRICS)
def test_an_empty_segment_beside_a_full_one_costs(key: str) -> None:
    references = ["The minister left the city on Monday.", "He did not say why."]
    whole = score(key, references, [references]).value
    part = score(key, [references[0], ""], [references]).value
    assert part > whole if key == "ter" else part < whole


@pytest.mark.parametrize("key", METRICS)
def test_all_empty_is_a_number(key: str) -> None:
    assert score(key, ["", ""], [["", ""]]).value == 0
    assert score(key, ["", ""], [["a b", "c"]]).value == (100 if key == "ter" else 0)


@pytest.mark.parametrize("key", [key for key in METRICS if key not in ("bleu", "ter", "rouge2")])
def test_one_word_is_enough(key: str) -> None:
    assert score(key, ["yes"], [["yes"]]).value == 100
    assert score(key, ["yes"], [["no"]]).value == 0


def test_bleu_of_one_word_is_zero_for_a_corpus_and_right_for_a_segment() -> None:
    metric = load_metric("bleu")
    row = metric.rows(["yes"], [["yes"]])[0]
    assert metric.value(row) == sacrebleu.corpus_bleu(["yes"], [["yes"]]).score == 0
    assert metric.segment_value(row) == pytest.approx(100)


@pytest.mark.parametrize("key", METRICS)
@given(texts=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1))
def test_rows_add_up_to_the_corpus_score(key: str, texts: list[tuple[str, str]]) -> None:
    hypotheses, references = [h for h, _ in texts], [r for _, r in texts]
    metric = load_metric(key)
    one_by_one = sum(metric.rows([h], [[r]])[0] for h, r in texts)
    together = score(key, hypotheses, [references]).value
    assert metric.value(one_by_one) == pytest.approx(together)
    assert together >= 0 and (key == "ter" or together <= 100 + 1e-9)


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        (
            ["a", "b", "c"],
            [["a", "b", "c"], ["a", "b", "c", "d"]],
            "3 hypotheses but 4 lines in reference 2: line 4 has no partner",
        ),
        (["a", "b"], [["a"]], "2 hypotheses but 1 lines in reference 1: line 2 has no partner"),
        ([], [[]], "no hypotheses"),
        (["a"], [], "no references"),
    ],
)
def test_texts_that_are_not_parallel(
    hypotheses: list[str], references: list[list[str]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        bleu(hypotheses, references)


def test_an_unknown_metric_is_told_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no metric 'meteor'; choose from bleu, chrf, "):
        score("meteor", ["a"], [["a"]])


def test_a_score_shows_itself() -> None:
    assert str(Score("TER", 12.34, "nrefs:1")) == "TER|nrefs:1 = 12.3"
