"""`tarjama evaluate`: a run, its files, and gates that stop a build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from eval.articles import load_set, sample_set
from eval.cli import _default_systems, evaluate
from eval.metrics import rouge
from eval.systems import parse_system
from mt.errors import InputError

FEW = ("--limit", "4", "--samples", "200")
LEAD = ("--system", "lead=extractive,method=lead")
WORSE = ("--system", "lead=extractive,method=lead,sentences=1,max_words=6")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of the module's own, so that the first run here decodes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("evaluations")))
        yield


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(evaluate)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    result = run(
        *LEAD,
        *FEW,
        *("--report", folder / "r.html", "--junit", folder / "j.xml"),
        *("--markdown", folder / "m.md", "--save-baseline", folder / "b.json"),
        *("--fail-under", "rouge1=5"),
    )
    assert result.exit_code == 0, result.output
    (folder / "stdout").write_text(result.stdout, "utf-8")
    (folder / "stderr").write_text(result.stderr, "utf-8")
    return folder


def test_the_table_has_systems_and_baselines(files: Path) -> None:
    lines = (files / "stdout").read_text("utf-8").splitlines()
    assert lines[0] == "Summaries in English"
    names = [line.split()[0] for line in lines[4:9]]
    assert names == ["lead", "(lead-3)", "(LexRank)", "(TextRank)", "(oracle)"]
    assert any(line.startswith("ROUGE-1|nrefs:1|bs:200|seed:12345|") for line in lines)


def test_progress_is_on_standard_error(files: Path) -> None:
    assert (files / "stderr").read_text("utf-8") == "lead: extractive (summarize)\n"


def test_all_files_are_written(files: Path) -> None:
    assert (files / "r.html").read_text("utf-8").startswith("<!doctype html>")
    assert ElementTree.parse(files / "j.xml").getroot()[0].get("failures") == "0"
    markdown = (files / "m.md").read_text("utf-8")
    assert "✅ `rouge1=5`" in markdown and "| lead " in markdown


def test_json_holds_everything_and_its_scores_can_be_made_again(files: Path) -> None:
    result = run(*LEAD, *FEW, "--json", "--quiet")
    assert result.stderr == ""
    found = json.loads(result.stdout)
    texts = [output["text"] for output in found["runs"][0]["outputs"]]
    references = [article.summary_en for article in sample_set().articles[:4]]
    mine = next(s for s in found["scores"] if (s["metric"], s["system"]) == ("rouge2", "lead"))
    assert mine["score"] == rouge(texts, [references], "2").value
    by_article = [a["rouge2"] for a in found["articles"] if a["system"] == "lead"]
    assert sum(by_article) / 4 == pytest.approx(mine["score"])
    assert found["manifest"]["systems"]["lead"]["method"] == "lead"
    assert "sacrebleu" in found["manifest"]["packages"]


def test_the_same_system_passes_its_baseline(files: Path) -> None:
    result = run(*LEAD, *FEW, "--baseline", files / "b.json", "--max-drop", "rouge1=0")
    assert result.exit_code == 0
    assert "failed" not in result.stderr and "warned" not in result.stderr


def test_a_worse_system_exits_with_3_and_a_line_for_each_gate(files: Path) -> None:
    gates = ("--max-drop", "rouge1=1", "--max-drop", "rouge2=1", "--fail-under", "rougeL=90")
    report = files / "worse.html"
    result = run(*WORSE, *FEW, "--baseline", files / "b.json", *gates, "--report", report)
    assert result.exit_code == 3
    failed = [line for line in result.stderr.splitlines() if line.startswith("failed: ")]
    assert [line.split(": ")[1] for line in failed] == [
        "rougeL=90",
        "max-drop rouge1=1",
        "max-drop rouge2=1",
    ]
    assert 'class="failed"' in report.read_text("utf-8"), "files are written all the same"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--system", "opus"), "is no system"),
        (("--max-drop", "bleu=1"), "--baseline and --max-drop go together"),
        (("--fail-under", "bleu"), "is no limit"),
        (("--source", "a.txt"), "--source and --reference go together"),
        (("--articles", "none.jsonl"), "cannot read none.jsonl"),
        (("--system", "oracle=opus"), "'oracle' is the name of a baseline"),
        (
            (*LEAD, "--fail-under", "blue=20"),
            "nothing is scored by 'blue' here; gates take rouge1",
        ),
        ((*LEAD, *LEAD), "two systems are called 'lead'"),
        ((*LEAD, "--baseline", "none.json", "--max-drop", "bleu=1"), "cannot read none.json"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(
    arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)
    assert result.stdout == ""


def test_by_default_both_tasks_run_where_there_are_references(tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text("نعم\tyes\n", "utf-8")
    both, one = sample_set(), load_set(str(tmp_path / "set.tsv"))
    tasks = [[parse_system(s).task for s in _default_systems(chosen)] for chosen in (both, one)]
    assert tasks == [["translate", "summarize"], ["translate"]]


def test_plain_files_have_no_summaries_to_score(tmp_path: Path) -> None:
    (tmp_path / "ar.txt").write_text("نعم\n", "utf-8")
    (tmp_path / "en.txt").write_text("yes\n", "utf-8")
    result = run(*LEAD, "--source", tmp_path / "ar.txt", "--reference", tmp_path / "en.txt")
    assert "article 'ar' of ar lacks a summary" in str(result.exception)
