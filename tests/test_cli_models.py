"""`tarjama models …` and `tarjama doctor`, as a user runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hub_stub
import pytest
from hub_stub import Hub
from huggingface_hub import constants
from typer.testing import CliRunner, Result

from mt.cli import app
from mt.models import MODELS

FILES = {"config.json": b"{}", "model.safetensors": b"weights", "tokenizer.json": b"{}"}
NLLB = "facebook/nllb-200-3.3B"


@pytest.fixture(autouse=True)
def empty_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine has in its caches, these tests do not see it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hub_stub.running(tmp_path) as hub:
        yield hub


def tarjama(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_the_list_has_every_model_with_licence_and_score() -> None:
    result = tarjama("models", "list")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["alias", *(model.alias for model in MODELS)]
    assert "CC-BY-4.0" in lines[1]
    assert "BLEU 42.8, chrF 67.2" in lines[1]


def test_the_list_as_json() -> None:
    result = tarjama("models", "list", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["alias"] for row in rows] == [model.alias for model in MODELS]
    assert {row["alias"] for row in rows if row["commercial"] is False} == {
        "nllb-600m",
        "nllb-1.3b",
        "nllb-3.3b",
        "mt5-xlsum",
    }
    assert not any(row["cached"] for row in rows)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_on_a_full_disk_is_an_error_of_one_line() -> None:
    command = [sys.executable, "-m", "mt", "models", "list"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: no room on the disk for what was to be written; make some\n"


def test_show_tells_licence_commercial_use_and_the_source_of_the_score() -> None:
    result = tarjama("models", "show", "nllb-600m")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "licence: CC-BY-NC-4.0\ncommercial: no\n" in result.stdout
    assert "score source: Helsinki-NLP/External-MT-leaderboard" in result.stdout
    assert "commercial: its card does not say" in tarjama("models", "show", "pegasus-xsum").stdout


def test_show_puts_the_bundled_model_beside_the_default() -> None:
    shown = tarjama("models", "show", "bundled").stdout
    assert "for comparison, opus-big: FLORES-200 devtest: BLEU 42.8, chrF 67.2" in shown
    assert "Bundled Arabic→English model" in shown


def test_show_knows_little_of_a_model_that_is_not_in_the_table() -> None:
    result = tarjama("models", "show", "someone/else", "--json")
    assert json.loads(result.stdout)["licence"] == "unknown; read its card"
    assert json.loads(result.stdout)["cached"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "opos"], "did you mean opus?"),
        (["path", "opus"], "opus is not on this machine; tarjama models pull opus"),
        (["path", "/no/such"], "no folder '/no/such'"),
        (["remove", "opus"], "opus is not on this machine; nothing of it was removed"),
        (["remove", "extractive"], "a method without a model"),
        (["pull", "opus", "--offline"], "opus-mt-ar-en is not in the cache"),
        (["check", "opus", "--offline"], "opus-mt-ar-en is not in the cache"),
        (["check"], "no model is here to check"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: list[str], said: str) -> None:
    result = tarjama("models", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_a_folder_is_found_but_not_removed(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    assert tarjama("models", "path", str(tmp_path)).stdout == f"{tmp_path}\n"
    result = tarjama("models", "remove", str(tmp_path))
    assert (result.exit_code, "is a folder of yours" in result.stderr) == (1, True)
    assert (tmp_path / "config.json").exists()


def test_pull_path_show_and_remove_a_model_of_the_hub(hub: Hub) -> None:
    hub.add(NLLB, FILES)
    pulled = hub.tarjama("models", "pull", "nllb-3.3b")
    assert pulled.returncode == 0
    name, folder, commit = pulled.stdout.rstrip("\n").split("\t")
    assert (name, commit, Path(folder).name) == ("nllb-3.3b", "a" * 40, "a" * 40)
    warning, fetching = pulled.stderr.splitlines()
    assert warning == (
        "warning: nllb-3.3b (facebook/nllb-200-3.3B) is licensed CC-BY-NC-4.0: "
        "not for commercial use"
    )
    assert fetching.startswith(f"fetching {NLLB} from {hub.url}")

    assert hub.tarjama("models", "path", NLLB).stdout == f"{folder}\n"
    shown = json.loads(hub.tarjama("models", "show", "nllb-3.3b", "--json").stdout)
    assert (shown["cached"], shown["revision"]) == (True, commit)
    assert shown["bytes"] == sum(map(len, FILES.values()))

    removed = hub.tarjama("models", "remove", "nllb-3.3b")
    assert (removed.returncode, removed.stdout) == (0, "nllb-3.3b\t0 MB freed\n")
    assert hub.tarjama("models", "path", "nllb-3.3b").returncode == 1


def test_pull_goes_on_after_a_model_that_cannot_be_had(hub: Hub) -> None:
    hub.add("Helsinki-NLP/opus-mt-ar-en", FILES)
    result = hub.tarjama("models", "pull", "no/model", "opus")
    assert result.returncode == 1
    assert result.stdout.startswith("opus\t")
    assert "error: no model 'no/model' at" in result.stderr


def test_check_reports_each_backend_and_fails_for_a_broken_model(
    llama: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(llama, tmp_path / "llama")
    result = tarjama("models", "check", str(folder))
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[:3] for row in rows] == [
        [str(folder), "causal", "broken"],  # it knows other sentences than the golden ones
        [str(folder), "ctranslate2", "broken"],
    ]
    assert result.exit_code == 1


def test_check_and_remove_go_on_after_a_model_that_fails(marian: Path, tmp_path: Path) -> None:
    damaged = shutil.copytree(marian, tmp_path / "damaged")
    (damaged / "config.json").write_text("{")
    result = tarjama("models", "check", str(damaged), str(marian))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {damaged}: cannot read {damaged}/config.json")
    assert "tarjama models remove NAME, then: tarjama models pull NAME" in result.stderr
    assert result.stdout.startswith(f"{marian}\tseq2seq\t")

    result = tarjama("models", "remove", str(marian), "opus")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"error: {marian} is a folder of yours; remove it yourself",
        "error: opus is not on this machine; nothing of it was removed",
    ]


def test_doctor_tells_what_is_here_and_what_auto_would_take() -> None:
    result = tarjama("doctor", "--offline")
    assert (result.exit_code, result.stderr) == (0, "")
    facts = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert facts["python"].startswith(sys.version.split()[0])
    assert "cores" in facts["device"]
    assert facts["hub"] == "not asked (--offline)"
    assert "using bundled: opus-big is not in the cache and --offline" in facts["auto, translate"]
    assert facts["auto, summarize"].startswith("using extractive")
    assert facts["auto, abstractive"].startswith("using smollm2")


def test_doctor_as_json_with_a_hub_that_hangs(hub: Hub) -> None:
    hub.hang = True
    result = hub.tarjama("doctor", "--json")
    facts = {fact["name"]: fact for fact in map(json.loads, result.stdout.splitlines())}
    assert "did not answer within 3 s" in facts["hub"]["value"]
    assert "bundled" in facts["auto, translate"]["value"]


def test_importing_the_commands_loads_no_engine() -> None:
    code = (
        "import sys, mt.cli_models, mt.doctor, mt.golden, mt.sources.cached; "
        "print({'torch', 'transformers', 'ctranslate2', 'huggingface_hub'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "set()\n", done.stderr
