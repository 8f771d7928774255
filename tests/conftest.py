"""What every test can rely on: no network, a cache of its own, and the tiny models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that needs the network is a broken test


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's cache folder: one for all tests of a run, and none after it."""
    home = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


# tiny_models imports torch; tests that need no model must not wait for it.


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decoder-only model with the chat template of the bundled model."""
    from tiny_models import tiny_llama

    return tiny_llama(tmp_path_factory.mktemp("models") / "llama")
