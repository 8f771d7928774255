"""Models are converted to CTranslate2 once, whole or not at all, and then run without torch."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_models import PAIRS

from mt.backends import DecodingOptions, converter, load_backend
from mt.backends.conversion import cache_folder
from mt.backends.converter import convert
from mt.backends.folder import ModelFolder
from mt.errors import ModelError

GREEDY = DecodingOptions(beam_size=1, max_new_tokens=40)
ROOT = Path(__file__).parent.parent

TRANSLATE = """
import json, sys
from pathlib import Path
from mt.backends import DecodingOptions, load_backend
backend = load_backend(Path(sys.argv[1]))
options = DecodingOptions(beam_size=1, max_new_tokens=40)
texts = [h.text for h in backend.generate(sys.argv[2:], options)]
backend.unknown_characters("abc"), backend.count_tokens(["abc"])
heavy = [name for name in ("torch", "transformers") if name in sys.modules]
print(json.dumps([texts, heavy]))
"""
STOP_HALFWAY = """
import sys, time
from pathlib import Path
from mt.backends import converter, load_backend
def wait(*_):
    print("halfway", flush=True)
    time.sleep(600)
converter._copy = wait  # model.bin is written, the tokenizer is not
load_backend(Path(sys.argv[1]))
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache that no other test has used."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder()


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process: subprocess.Popen[str]) -> tuple[list[str], list[str]]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    texts, heavy = json.loads(out)
    return texts, heavy


def converted(cache: Path) -> list[str]:
    return [path.name for path in cache.iterdir() if path.suffix != ".lock"]


@pytest.mark.parametrize("name", ["marian", "nllb", "m2m100", "llama"])
def test_a_converted_model_runs_without_torch(tiny_model, name):
    folder = tiny_model(name)
    load_backend(folder)
    texts, heavy = result(start(TRANSLATE, str(folder), *PAIRS))
    assert texts == list(PAIRS.values())
    assert heavy == []


def test_a_model_is_converted_once_for_each_state_and_precision(llama, cache):
    load_backend(llama, identity="one")
    (only,) = converted(cache)
    before = (cache / only / "model.bin").stat().st_mtime_ns
    load_backend(llama, identity="one")
    assert (cache / only / "model.bin").stat().st_mtime_ns == before
    load_backend(llama, identity="two")
    load_backend(llama, identity="two", quantization="none")
    assert len(converted(cache)) == 3


def test_a_disk_that_gets_full_while_converting_is_told_as_such(llama, cache, monkeypatch):
    def fill(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(converter._Converter, "convert", fill)
    with pytest.raises(ModelError, match=r"\(No space left on device\); make room on the disk"):
        load_backend(llama)
    assert converted(cache) == []


def test_a_changed_model_is_converted_again(llama, cache, tmp_path):
    folder = shutil.copytree(llama, tmp_path / "model")
    load_backend(folder)
    os.utime(folder / "model.safetensors", (1, 1))
    load_backend(folder)
    assert len(converted(cache)) == 2


def test_two_processes_at_once_convert_once(llama, cache):
    both = [start(TRANSLATE, str(llama), *PAIRS) for _ in range(2)]
    assert [result(process)[0] for process in both] == [list(PAIRS.values())] * 2
    assert len(converted(cache)) == 1


def test_a_killed_conversion_leaves_nothing_that_is_taken_for_a_model(llama, cache):
    process = start(STOP_HALFWAY, str(llama))
    assert process.stdout is not None
    assert process.stdout.readline() == "halfway\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (left,) = converted(cache)
    assert left.endswith(".part")
    backend = load_backend(llama)
    outputs = backend.generate(list(PAIRS), GREEDY)
    assert [output.text for output in outputs] == list(PAIRS.values())
    (whole,) = converted(cache)
    assert whole == left.removesuffix(".part")


def test_a_failed_conversion_leaves_nothing(tiny_model, cache):
    load_backend(tiny_model("gpt_neo"))
    assert converted(cache) == []


def test_a_cache_that_cannot_be_written_is_an_error_with_advice(llama, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"cannot write the converted model .* XDG_CACHE_HOME"):
        load_backend(llama)


@pytest.mark.parametrize("name", ["marian", "nllb", "llama"])
def test_a_folder_that_somebody_else_converted_is_loaded_as_it_is(
    tiny_model, cache, tmp_path, name
):
    folder = tmp_path / "ct2"
    convert(ModelFolder.read(tiny_model(name)), folder, "int8")
    (folder / "transformers_config.json").unlink()  # which only our own conversions have
    backend = load_backend(folder)
    outputs = backend.generate(list(PAIRS), GREEDY)
    assert [output.text for output in outputs] == list(PAIRS.values())
    assert not cache.exists()
    with pytest.raises(ModelError, match="is a CTranslate2 model; choose --backend ctranslate2"):
        load_backend(folder, kind="seq2seq")


def test_a_damaged_conversion_is_an_error(llama, tmp_path):
    folder = tmp_path / "ct2"
    convert(ModelFolder.read(llama), folder, "int8")
    model = folder / "model.bin"
    model.write_bytes(model.read_bytes()[:5000])
    with pytest.raises(ModelError, match="CTranslate2 cannot run this model"):
        load_backend(folder)
