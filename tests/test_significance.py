"""Intervals and p-values are sacreBLEU's own, for every metric and without its memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
from sacrebleu.significance import PairedTest

from eval.metrics import METRICS, load_metric
from eval.significance import Counts, Result, compare, count, draws, results
from mt.errors import InputError

WORDS = "the a minister city water price war said on in and of north talks court week".split()  # noqa: SIM905


def corpus(segments: int, noise: float, seed: int) -> tuple[list[str], list[str]]:
    """Hypotheses and references; `noise` is the share of words that differ."""
    references = [
        " ".join(random.Random(f"ref{i}").choices(WORDS, k=5 + i % 12)) for i in range(segments)
    ]
    rng = random.Random(seed)
    hypotheses = [
        " ".join(rng.choice(WORDS) if rng.random() < noise else word for word in text.split())
        for text in references
    ]
    return hypotheses, references


@pytest.fixture(autouse=True)
def sacrebleus_own_seed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    yield


SACREBLEU = {
    "bleu": sacrebleu.BLEU(),
    "chrf": sacrebleu.CHRF(),
    "chrf++": sacrebleu.CHRF(word_order=2),
    "ter": sacrebleu.TER(),
}


def test_paired_bootstrap_is_that_of_sacrebleu() -> None:
    base, references = corpus(120, 0.3, seed=1)
    near, _ = corpus(120, 0.3, seed=9)
    far, _ = corpus(120, 0.4, seed=3)
    systems = {"base": base, "near": near, "far": far}
    signatures, theirs = PairedTest(
        list(systems.items()), SACREBLEU, [references], test_type="bs", n_samples=300
    )()
    ours = compare(systems, [references], list(SACREBLEU), samples=300)
    for result in ours:
        index = theirs["System"].index(result.system) if result.p_value is not None else 0
        expected = theirs[result.score.name][index]
        assert result.score.value == expected.score
        half_width = (result.interval.high - result.interval.low) / 2
        assert half_width == pytest.approx(expected.ci, abs=1e-3)  # theirs are float32
        assert (result.p_value is None) == (expected.p_value is None)
        if result.p_value is not None:
            assert result.p_value == pytest.approx(expected.p_value, abs=2 / 301)
        assert result.score.signature == str(signatures[result.score.name])
    verdicts = {(r.system, r.metric): r.significant for r in ours}
    assert not verdicts["near", "bleu"] and verdicts["far", "bleu"]


@pytest.fixture(scope="module")
def wmt17() -> dict[tuple[str, str], Result]:
    """Systems of WMT 2017, English-German, against LIUM's, as in sacreBLEU's README.

    The file has what sacreBLEU counts in each segment of `test/wmt17_en_de_systems.pkl.bz2` of
    its source distribution: the outputs themselves need not be here.
    """
    with np.load(Path(__file__).parent / "wmt17_en_de.npz") as file:
        tables = {tuple(name.split()): file[name].astype(np.float64) for name in file.files}
    counts = [
        Counts(load_metric(key), {name: rows for (k, name), rows in tables.items() if k == key})
        for key in ("bleu", "chrf")
    ]
    return {(result.metric, result.system): result for result in results(counts)}


@pytest.mark.parametrize(
    ("metric", "system", "score", "half_width", "p_value"),
    [  # "Example: Paired bootstrap resampling" in sacreBLEU's README
        ("bleu", "LIUM-NMT", 26.6, 0.6, None),
        ("bleu", "online-A", 20.8, 0.6, 0.0010),
        ("bleu", "online-B", 26.7, 0.7, 0.3077),
        ("bleu", "online-F", 15.5, 0.5, 0.0010),
        ("bleu", "online-G", 18.2, 0.5, 0.0010),
        ("chrf", "LIUM-NMT", 55.9, 0.5, None),
        ("chrf", "online-B", 56.3, 0.5, 0.0240),
    ],
)
def test_published_intervals_and_p_values(
    wmt17: dict[tuple[str, str], Result],
    metric: str,
    system: str,
    score: float,
    half_width: float,
    p_value: float | None,
) -> None:
    found = wmt17[metric, system]
    assert round(found.score.value, 1) == score
    assert round((found.interval.high - found.interval.low) / 2, 1) == half_width
    assert (None if found.p_value is None else round(found.p_value, 4)) == p_value


def test_draws_do_not_depend_on_the_block_they_are_made_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = np.concatenate(list(draws(37, samples=20)))
    monkeypatch.setattr("eval.significance._BLOCK", 100)
    assert len(list(draws(37, samples=20))) > 1
    assert (np.concatenate(list(draws(37, samples=20))) == whole).all()
    assert (whole.sum(axis=1) == 37).all()


def test_a_system_against_itself_is_chance() -> None:
    hypotheses, references = corpus(30, 0.3, seed=1)
    results = compare({"a": hypotheses, "again": hypotheses}, [references], samples=100)
    for result in results[1::2]:
        assert result.difference == 0
        assert result.p_value == 1  # sacreBLEU says 1/101 here, and so "significant"
        assert not result.significant


def test_the_score_lies_in_its_interval() -> None:
    hypotheses, references = corpus(80, 0.4, seed=5)
    for result in compare({"a": hypotheses}, [references], samples=200):
        assert result.interval.low < result.score.value < result.interval.high
        assert result.difference is None and result.p_value is None and not result.significant


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others() -> None:
    hypotheses, references = corpus(40, 0.4, seed=5)
    runs = [compare({"a": hypotheses}, [references], ["rougeL"], seed=s) for s in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0][0].interval != runs[2][0].interval
    assert "bs:1000|seed:1|" in runs[0][0].score.signature
    assert "bs:1000|seed:2|" in runs[2][0].score.signature


def test_results_come_metric_by_metric() -> None:
    hypotheses, references = corpus(10, 0.4, seed=5)
    results = compare({"a": hypotheses, "b": references}, [references], samples=10)
    assert [(r.metric, r.system) for r in results] == [(m, s) for m in METRICS for s in "ab"]


def test_one_segment_has_an_interval_of_no_width() -> None:
    result = compare({"a": ["one two three four"]}, [["one two three five"]], ["rouge1"])[0]
    assert result.interval.low == result.interval.high == result.score.value == 75


def test_counting_in_processes_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.significance._CHUNK", 10)
    hypotheses, references = corpus(75, 0.4, seed=5)
    alone = count(("bleu", "rougeLsum"), hypotheses, [references])
    shared = count(("bleu", "rougeLsum"), hypotheses, [references], processes=2)
    for mine, theirs in zip(alone, shared, strict=True):
        assert (mine == theirs).all()
    whole = load_metric("bleu").rows(hypotheses, [references])
    assert (alone[0] == whole).all()


def test_no_system_is_an_error() -> None:
    with pytest.raises(InputError, match="no hypotheses"):
        compare({}, [["a"]])
