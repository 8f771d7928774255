"""What every test can rely on: no network, a cache of its own, and the tiny models."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
os.environ["HF_HUB_OFFLINE"] = "1"  # a test that needs the network is a broken test
_HUB = tempfile.TemporaryDirectory()  # read when huggingface_hub is imported, so set at once
os.environ["HF_HOME"] = _HUB.name


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's cache folder: one for all tests of a run, and none after it."""
    home = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


@pytest.fixture(scope="module")
def no_comet() -> Iterator[None]:
    """A machine without COMET, whatever is installed on this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.comet._PROGRAM", "comet-score-that-nobody-has")
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a model of `tiny_models` by its name, made when it is first asked for."""

    @cache
    def made(name: str) -> Path:
        import tiny_models  # here, because it imports torch, which most tests do not need

        folder: Path = getattr(tiny_models, f"tiny_{name}")(tmp_path_factory.mktemp(name) / name)
        return folder

    return made


@pytest.fixture(scope="session")
def marian(tiny_model: Callable[[str], Path]) -> Path:
    """An OPUS-MT model."""
    return tiny_model("marian")


@pytest.fixture(scope="session")
def llama(tiny_model: Callable[[str], Path]) -> Path:
    """A decoder-only model with the chat template of the bundled model."""
    return tiny_model("llama")


@pytest.fixture(scope="session")
def bart(tiny_model: Callable[[str], Path]) -> Path:
    """A summarizer like bart-large-cnn."""
    return tiny_model("bart")
