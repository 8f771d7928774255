"""What an evaluation depended on, so that it can be repeated and its numbers trusted."""

from __future__ import annotations

import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.articles import ArticleSet
from eval.runner import Run

_PACKAGES = (
    *("tarjama", "torch", "transformers", "ctranslate2", "tokenizers", "sentencepiece"),
    *("sentencex", "sacrebleu", "rouge-score", "sumy", "numpy"),
)


@dataclass(frozen=True)
class Manifest:
    """A record of one evaluation."""

    command: str
    time: str  # UTC, ISO 8601
    articles: str  # name of the set, its size and a hash of all of it
    systems: dict[str, dict[str, str | int | float]]  # name → model, weights, options, speed
    samples: int
    seed: int
    machine: dict[str, str | int]
    packages: dict[str, str]


def manifest(runs: Sequence[Run], articles: ArticleSet, *, samples: int, seed: int) -> Manifest:
    """The record of an evaluation that has just been made."""
    return Manifest(
        command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        articles=f"{articles.name}, {len(articles.articles)} articles, {articles.identity}",
        systems={run.system.name: _system(run) for run in runs},
        samples=samples,
        seed=seed,
        machine=_machine(),
        packages={name: found for name in _PACKAGES if (found := _version(name))},
    )


def _system(run: Run) -> dict[str, str | int | float]:
    return {
        "task": run.system.task,
        "model": run.system.model,
        "weights": run.identity,
        **run.system.options,
        "load_seconds": round(run.load_seconds, 2),
        "seconds": round(run.seconds, 2),
        "source_words_per_second": round(run.words_per_second, 1),
        "peak_memory_mb": round(run.peak_memory / 2**20),
    }


def _machine() -> dict[str, str | int]:
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
    }


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.processor() or platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
