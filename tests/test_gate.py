"""A gate fails on what is worse for certain, and only then."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from evaluated import articles, references, translation, worse

from eval.articles import ArticleSet, sample_set
from eval.board import Board, boards
from eval.gate import (
    Baseline,
    Limit,
    Verdict,
    fail_under,
    load_baseline,
    max_drop,
    parse_limit,
    save_baseline,
)
from eval.junit import as_junit
from eval.manifest import manifest
from eval.runner import Output, Run
from mt.errors import InputError

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.usefixtures("no_comet")
SET = articles(10)
TEXTS = worse(references(SET), every=3)


def made(run: Run) -> list[Board]:
    return boards([run], SET, samples=50)


def outcomes(verdicts: list[Verdict]) -> list[str]:
    return [verdict.outcome for verdict in verdicts]


def saved(path: Path, run: Run) -> Path:
    save_baseline(path, [run], SET, manifest([run], SET, samples=50, seed=1))
    return path


def drop(tmp_path: Path, texts: list[str], *limits: str) -> list[Verdict]:
    """What the gates say when a system that wrote TEXTS writes these."""
    path = saved(tmp_path / "baseline.json", translation("s", TEXTS, SET))
    now = made(translation("s", texts, SET))
    return max_drop(now, [parse_limit(x) for x in limits], load_baseline(path, SET), SET)


def test_limits() -> None:
    assert parse_limit("rougeL=12.5") == Limit("rougeL", 12.5)
    for text in ("bleu", "bleu=", "bleu=high"):
        with pytest.raises(InputError, match="is no limit; write METRIC=VALUE"):
            parse_limit(text)


def test_fail_under() -> None:
    board = made(translation("s", TEXTS, SET))
    score = next(r.score.value for r in board[0].results if r.metric == "bleu")
    assert outcomes(fail_under(board, [Limit("bleu", score - 1)])) == ["passed"]
    failed = fail_under(board, [Limit("bleu", score + 1)])
    assert outcomes(failed) == ["failed"]
    assert failed[0].message == f"s: BLEU {score:.2f} is below {score + 1:g}"


def test_of_ter_too_much_fails() -> None:
    board = made(translation("s", TEXTS, SET))
    assert outcomes(fail_under(board, [Limit("ter", 90)])) == ["passed"]
    assert outcomes(fail_under(board, [Limit("ter", 1)])) == ["failed"]


def test_baselines_need_not_pass() -> None:
    board = made(translation("s", references(SET), SET))
    assert {v.system for v in fail_under(board, [Limit("bleu", 99)])} == {"s"}


def test_a_metric_of_no_board_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing is scored by 'rougeL' here; gates take bleu, c"):
        fail_under(made(translation("s", TEXTS, SET)), [Limit("rougeL", 1)])


def test_the_same_system_again_passes(tmp_path: Path) -> None:
    assert outcomes(drop(tmp_path, TEXTS, "bleu=0", "ter=0", "flagged=0")) == ["passed"] * 3


def test_a_worse_system_fails(tmp_path: Path) -> None:
    found = drop(tmp_path, worse(references(SET)), "bleu=0.5", "ter=0.5", "chrf=0.5")
    assert outcomes(found) == ["failed"] * 3
    assert found[0].message.startswith("s: BLEU ") and "0.5 allowed)" in found[0].message


def test_a_better_system_passes(tmp_path: Path) -> None:
    assert outcomes(drop(tmp_path, references(SET), "bleu=0", "ter=0")) == ["passed"] * 2


def test_a_drop_that_may_be_chance_warns(tmp_path: Path) -> None:
    texts = [*TEXTS]
    texts[1] = references(SET)[1] + " and so on"  # a little worse …
    texts[0] = references(SET)[0][:-8]  # … and a little better
    found = drop(tmp_path, texts, "bleu=0", "bleu=5")
    if found[0].outcome == "passed":
        pytest.fail("the texts should score a little lower")
    assert outcomes(found) == ["warned", "passed"]
    assert "may be chance" in found[0].message


@pytest.fixture(scope="module")
def sample() -> tuple[ArticleSet, list[str]]:
    """Ten articles of the sample set, and a translation that is good but not perfect."""
    of = replace(sample_set(), articles=sample_set().articles[:10])
    return of, worse(references(of), every=4)


def test_on_the_sample_set_a_drop_of_a_tenth_of_a_point_of_bleu_only_warns(
    sample: tuple[ArticleSet, list[str]], tmp_path: Path
) -> None:
    of, texts = sample
    a_little_worse = [*texts]
    a_little_worse[17] = " ".join([*texts[17].split()[:-3], *texts[17].split()[-3:][::-1]])
    before, now = translation("s", texts, of), translation("s", a_little_worse, of)
    save_baseline(tmp_path / "b.json", [before], of, manifest([before], of, samples=50, seed=1))
    baseline = load_baseline(tmp_path / "b.json", of)
    found = max_drop(boards([now], of, samples=50), [Limit("bleu", 0)], baseline, of)
    assert outcomes(found) == ["warned"]
    drop = float(found[0].message.partition("(-")[2].partition(",")[0])
    assert 0.05 < drop < 0.2, found[0].message


def test_on_the_sample_set_names_exchanged_fail(
    sample: tuple[ArticleSet, list[str]], tmp_path: Path
) -> None:
    of, texts = sample
    names = [name.reference[0] for article in of.articles for name in article.names]
    others = dict(zip(names, [*names[7:], *names[:7]], strict=True))
    pattern = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
    exchanged = [pattern.sub(lambda match: others[match.group()], text) for text in texts]
    before, now = translation("s", texts, of), translation("s", exchanged, of)
    save_baseline(tmp_path / "b.json", [before], of, manifest([before], of, samples=50, seed=1))
    baseline = load_baseline(tmp_path / "b.json", of)
    limits = [Limit("bleu", 0.5), Limit("names", 0.5)]
    found = max_drop(boards([now], of, samples=50), limits, baseline, of)
    assert outcomes(found) == ["failed", "failed"]


@pytest.fixture(scope="module")
def bundled() -> tuple[ArticleSet, Baseline]:
    """The articles of `make baseline`, and what the bundled model wrote when it was run."""
    path = ROOT / "eval" / "baseline.json"
    if not path.exists():
        pytest.skip("there is no eval/baseline.json; run: make baseline")
    of = replace(sample_set(), articles=sample_set().articles[:5])
    return of, load_baseline(path, of)


def own_gate(of: ArticleSet, baseline: Baseline, texts: list[str]) -> list[str]:
    """What `make gate` would say if the bundled model wrote these texts."""
    outputs = tuple(map(Output, texts))
    now = boards([replace(baseline.runs[0], outputs=outputs)], of, samples=50)
    return outcomes(max_drop(now, [Limit("bleu", 1), Limit("chrf", 1)], baseline, of))


def test_the_bundled_model_as_it_was_passes_its_gate(bundled: tuple[ArticleSet, Baseline]) -> None:
    assert own_gate(*bundled, bundled[1].runs[0].texts) == ["passed", "passed"]


def test_the_bundled_model_with_its_names_shuffled_and_its_ends_lost_fails_its_gate(
    bundled: tuple[ArticleSet, Baseline],
) -> None:
    name = re.compile(r"(?<=\w )[A-Z]\w+")
    cut = [
        " ".join(text.split()[: -len(text.split()) // 5 or None])
        for text in bundled[1].runs[0].texts
    ]
    names = [found for text in cut for found in name.findall(text)]
    others = iter([*names[9:], *names[:9]])
    worse = [name.sub(lambda match: next(others), text) for text in cut]
    assert own_gate(*bundled, worse) == ["failed", "failed"]


def test_a_large_drop_within_the_limit_passes(tmp_path: Path) -> None:
    assert outcomes(drop(tmp_path, worse(references(SET)), "bleu=100")) == ["passed"]


def test_a_new_system_warns(tmp_path: Path) -> None:
    path = saved(tmp_path / "b.json", translation("old", TEXTS, SET))
    now = made(translation("new", TEXTS, SET))
    found = max_drop(now, [Limit("bleu", 0)], load_baseline(path, SET), SET)
    assert outcomes(found) == ["warned"]
    assert "new is not in" in found[0].message


def test_a_baseline_comes_back_whole(tmp_path: Path) -> None:
    run = translation("s", TEXTS, SET, beam_size=2)
    assert load_baseline(saved(tmp_path / "b.json", run), SET).runs == (run,)


def test_a_baseline_of_other_articles_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "b.json", translation("s", TEXTS, SET))
    with pytest.raises(InputError, match="is a baseline for other articles than made up"):
        load_baseline(path, replace(SET, articles=SET.articles[:-1]))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"runs": []}', '{"format": 99, "runs": []}'])
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.json").write_text(content)
    with pytest.raises(InputError, match="is no baseline"):
        load_baseline(tmp_path / "b.json", SET)


def test_a_missing_baseline_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none.json"):
        load_baseline(tmp_path / "none.json", SET)


def test_a_baseline_is_readable_json(tmp_path: Path) -> None:
    content = json.loads(
        saved(tmp_path / "b.json", translation("s", TEXTS, SET)).read_text("utf-8")
    )
    assert content["manifest"]["systems"]["s"]["model"] == "made-up"
    assert content["runs"][0]["outputs"][0]["text"] == TEXTS[0]


def test_junit_has_a_case_for_each_gate_and_system() -> None:
    board = made(translation("s", TEXTS, SET))
    verdicts = [
        Verdict("bleu=20", "s", "passed", "fine"),
        Verdict("max-drop bleu=0", "s", "warned", "may be chance"),
        Verdict("chrf=99", "s", "failed", 's: chrF2 is below 99 <&">'),
    ]
    suite = ElementTree.fromstring(as_junit(verdicts, board))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    cases = {case.get("name"): case for case in suite}
    failure = cases["chrf=99"].find("failure")
    assert failure is not None and failure.get("message") == 's: chrF2 is below 99 <&">'
    assert "may be chance" in (cases["max-drop bleu=0"].findtext("system-out") or "")
    assert (cases["s"].findtext("system-out") or "").startswith("BLEU ")
    assert float(cases["s"].get("time") or 0) == 2.0
