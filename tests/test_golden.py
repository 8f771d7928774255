"""The self-test tells a sound model from one whose weights are wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tiny_models
import torch
from safetensors.torch import load_file, save_file

from mt.golden import SENTENCES, Finding, check, find_problems
from mt.sources import resolve

TARGETS = (
    "cairo is the capital of egypt",
    "the president arrived in paris on monday",
    "oil prices rose in the world markets",
    "three people were killed in an explosion in baghdad",
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian that knows the golden sentences."""
    pairs = {source: target for (source, _), target in zip(SENTENCES, TARGETS, strict=True)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny_models, "PAIRS", pairs)
        return tiny_models.tiny_marian(tmp_path_factory.mktemp("golden") / "marian")


def findings(folder: Path) -> list[Finding]:
    return list(check(resolve(str(folder))))


def test_a_sound_model_is_fine_in_every_backend(sound: Path) -> None:
    found = findings(sound)
    assert [f.backend for f in found] == ["seq2seq", "ctranslate2"]
    for finding in found:
        assert finding == Finding(finding.backend, TARGETS)


def test_a_model_whose_output_matrix_is_not_its_own_is_broken(sound: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(sound, tmp_path / "marian"))
    weights = load_file(broken / "model.safetensors")
    shared = weights["model.shared.weight"]
    torch.manual_seed(0)
    weights["model.shared.weight"] = shared[torch.randperm(len(shared))].contiguous()
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    for finding in findings(broken):
        assert finding.problems


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        ([*TARGETS[:3], ""], "empty"),
        ([text for text, _ in SENTENCES], "not English"),
        ([*TARGETS[:3], "the three of the three of the three of the three of"], "repeats itself"),
        (["it is a good day for all of us"] * 4, "has none of the words to be expected"),
        ([TARGETS[1], "x", "y", "monday"], "has none of the words to be expected"),
    ],
)
def test_what_is_wrong_with_an_output_has_a_name(outputs: list[str], problem: str) -> None:
    assert problem in find_problems(outputs, "translate")


def test_good_outputs_have_no_problems() -> None:
    assert find_problems(TARGETS, "translate") == ()
    summary = "Alexandria's council approved a tram line along the coast, and trees will be cut."
    assert find_problems([summary], "summarize") == ()


def test_a_converted_model_runs_in_one_backend(sound: Path, tmp_path: Path) -> None:
    from mt.backends.conversion import converted
    from mt.backends.folder import ModelFolder

    folder = converted(ModelFolder.read(sound), "test", "none")
    assert [(f.backend, f.problems) for f in findings(folder)] == [("ctranslate2", ())]
