"""`tarjama score`: scores of files, several systems and references, errors that say where."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sacrebleu
import typer
from click.testing import Result
from typer.testing import CliRunner

from eval.cli import ManyFiles, score
from mt.errors import InputError

REFERENCES = [
    "The minister left the city on Monday.",
    "Two people were killed.",
    "",
    "Water prices rose.",
]
GOOD = ["The minister left the city Monday.", "Two people were killed.", "", "Water prices rose."]
BAD = ["A man left on Monday.", "Two were killed there.", "And then.", "Prices of water."]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, lines in {"good": GOOD, "bad": BAD, "ref": REFERENCES}.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command(cls=ManyFiles)(score)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_table_has_scores_intervals_tests_and_signatures(files: Path) -> None:
    result = run(
        "--hypotheses", files / "bad.txt", files / "good.txt", "--references", files / "ref.txt"
    )
    assert result.exit_code == 0 and result.stderr == ""
    header, _, bleu, *_ = result.stdout.splitlines()
    assert header.split() == ["bad", "good"]
    expected = sacrebleu.corpus_bleu(GOOD, [REFERENCES]).score
    assert f" {expected:.1f} [" in bleu and "(p=" in bleu
    assert "\nBLEU|nrefs:1|bs:1000|seed:12345|case:mixed|" in result.stdout
    assert len(result.stdout.splitlines()) == 2 + 8 + 1 + 8


def test_json_has_unrounded_numbers(files: Path) -> None:
    found = rows(
        run(
            *("--hypotheses", files / "good.txt", "--references", files / "ref.txt"),
            *("--metric", "ter", "rougeL", "--json"),
        )
    )
    assert [row["metric"] for row in found] == ["ter", "rougeL"]
    assert found[0]["score"] == sacrebleu.corpus_ter(GOOD, [REFERENCES]).score
    assert found[0]["p_value"] is None and found[0]["low"] <= found[0]["high"]


def test_several_references(files: Path) -> None:
    arguments = ("--metric", "bleu", "--json")
    found = rows(
        run(
            *("--hypotheses", files / "good.txt"),
            *("--references", files / "bad.txt", "--references", files / "ref.txt", *arguments),
        )
    )
    assert found[0]["score"] == sacrebleu.corpus_bleu(GOOD, [BAD, REFERENCES]).score
    assert str(found[0]["signature"]).startswith("nrefs:2|")


def test_json_lines_by_field(files: Path) -> None:
    for name, field, lines in [("sys", "translation", GOOD), ("ref", "human", REFERENCES)]:
        objects = [json.dumps({field: line, "n": i}) for i, line in enumerate(lines)]
        (files / f"{name}.jsonl").write_text("\n".join(objects) + "\n", "utf-8")
    arguments = ("--reference-field", "human", "--metric", "chrf", "--json")
    found = rows(
        run("--hypotheses", files / "sys.jsonl", "--references", files / "ref.jsonl", *arguments)
    )
    assert found[0]["score"] == sacrebleu.corpus_chrf(GOOD, [REFERENCES]).score


def test_arabic_is_noticed(files: Path) -> None:
    (files / "ar.txt").write_text("قال الوزير: نعم.\nثم سكت.\n", "utf-8")
    arguments = ("--hypotheses", files / "ar.txt", "--references", files / "ar.txt", "--json")
    by_metric = {row["metric"]: row for row in rows(run(*arguments))}
    assert "tok:intl" in str(by_metric["bleu"]["signature"])
    assert by_metric["rougeL"]["score"] == 100
    assert "tok:13a" in str(rows(run(*arguments, "--language", "en"))[0]["signature"])


def test_equal_file_names_are_told_apart_by_folder(files: Path) -> None:
    (files / "other").mkdir()
    (files / "other" / "good.txt").write_text("\n".join(BAD) + "\n", "utf-8")
    both = ("--hypotheses", files / "good.txt", files / "other" / "good.txt")
    found = rows(run(*both, "--references", files / "ref.txt", "--metric", "bleu", "--json"))
    assert found[1]["system"] == str(files / "other" / "good.txt")


def test_sources_in_the_same_language_add_overlap(files: Path) -> None:
    result = run(
        *("--hypotheses", files / "good.txt", "--references", files / "ref.txt"),
        *("--sources", files / "ref.txt"),
    )
    assert result.exit_code == 0
    coverage = next(line for line in result.stdout.splitlines() if line.startswith("coverage"))
    assert coverage.split() == ["coverage", "%", "100.0"]


def test_sources_in_another_language_add_flags(files: Path) -> None:
    sources = ["غادر الوزير المدينة يوم الاثنين.", "قتل 2 في الهجوم.", "نعم.", "ارتفع سعر الماء."]
    (files / "src.txt").write_text("\n".join(sources) + "\n", "utf-8")
    found = rows(
        run(
            *("--hypotheses", files / "good.txt", "--references", files / "ref.txt"),
            *("--sources", files / "src.txt", "--json"),
        )
    )
    assert found[-1]["system"] == "good"
    assert found[-1]["flags"]["empty"] == 1


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        ("short.txt", "ref.txt", "3 hypotheses but 4 lines in reference 1: line 4 has no partner"),
        ("none.txt", "ref.txt", "cannot read"),
        ("empty.txt", "ref.txt", "no hypotheses"),
        ("bad.jsonl", "ref.txt", r"bad.jsonl, line 2: no `translation`; it has `text`"),
    ],
)
def test_errors_say_where(files: Path, hypotheses: str, references: str, message: str) -> None:
    (files / "short.txt").write_text("a\nb\nc\n")
    (files / "empty.txt").write_text("")
    (files / "bad.jsonl").write_text('{"translation": "a"}\n{"text": "b"}\n')
    result = run("--hypotheses", files / hypotheses, "--references", files / references)
    assert isinstance(result.exception, InputError)
    assert result.stdout == ""
    assert message in str(result.exception)


def test_the_same_system_twice(files: Path) -> None:
    again = ("--hypotheses", files / "good.txt", files / "good.txt")
    result = run(*again, "--references", files / "ref.txt")
    assert "is given twice" in str(result.exception)


def test_wrong_usage_is_2(files: Path) -> None:
    result = run("--hypotheses", files / "good.txt")
    assert result.exit_code == 2
    assert "--references" in result.stderr


def test_it_starts_within_a_second_and_loads_no_torch() -> None:
    code = "import sys, eval.cli, eval.table, eval.significance; print('torch' in sys.modules)"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert time.perf_counter() - start < 5  # 0.4 s on a machine with nothing else to do
