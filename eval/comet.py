"""COMET (Rei et al. 2020), the neural metric, through the program that its own package installs.

unbabel-comet needs older libraries than the models here do, so it lives in an environment of its
own (`pipx install unbabel-comet`) and is never imported: `comet-score` is run if it is found.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from eval.measures import Mean
from eval.metrics import Rows
from eval.significance import Counts
from mt.errors import MissingExtraError, ModelError

MODEL = "Unbabel/wmt22-comet-da"  # Apache-2.0; the newer ones are not free for commercial use
_PROGRAM = "comet-score"


@dataclass(frozen=True)
class Comet(Mean):
    """The mean of the scores that COMET's model gives to segments, × 100."""

    key: str = "comet"
    name: str = "COMET"
    version: str = ""  # of unbabel-comet

    def signature(self, references: int, *, samples: int = 0, seed: int = 0) -> str:
        """What the score depends on, in sacreBLEU's form."""
        draws = f"bs:{samples}|seed:{seed}|" if samples else ""
        return f"nrefs:{references}|{draws}model:{MODEL}|version:unbabel-comet-{self.version}"


def counts(
    sources: Sequence[str],
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str],
    *,
    offline: bool = False,
) -> Counts:
    """The score of each segment of each system.

    Raises:
        MissingExtraError: comet-score is not installed.
        ModelError: it failed, most likely because it could not fetch its model.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        raise MissingExtraError(f"{_PROGRAM} is not installed; try: pipx install unbabel-comet")
    with TemporaryDirectory() as folder:
        scores = _scored(program, Path(folder), sources, systems, references, offline=offline)
    return Counts(Comet(version=_version(program)), dict(zip(systems, scores, strict=True)))


def _scored(
    program: str,
    folder: Path,
    sources: Sequence[str],
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str],
    *,
    offline: bool,
) -> list[Rows]:
    found = folder / "scores.json"
    translations = [_written(folder / f"{i}.txt", t) for i, t in enumerate(systems.values())]
    command = [program, "--model", MODEL, "--quiet", "--only_system", "--to_json", str(found)]
    command += ["--sources", _written(folder / "sources.txt", sources)]
    command += ["--references", _written(folder / "references.txt", references)]
    command += ["--translations", *translations]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"} if offline else None
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode or not found.exists():
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise ModelError(f"{_PROGRAM} failed: {said[-1] if said else 'it does not say why'}")
    by_file = json.loads(found.read_text("utf-8"))
    return [
        np.array([(100 * segment["COMET"], 1) for segment in by_file[file]], np.float64)
        for file in translations
    ]


def _written(path: Path, texts: Sequence[str]) -> str:
    """The path, after the texts are there one a line."""
    path.write_text("".join(" ".join(text.split()) + "\n" for text in texts), "utf-8")
    return str(path)


def _version(program: str) -> str:
    """The version of unbabel-comet beside which the program is installed."""
    python = Path(program).resolve().parent / "python"
    code = "from importlib.metadata import version; print(version('unbabel-comet'))"
    if not python.exists():
        return "unknown"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
