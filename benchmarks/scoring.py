"""Compares `tarjama score` with sacreBLEU's own command: seconds and peak memory, as ratios.

    python benchmarks/scoring.py english.txt --segments 100000

References are lines of the file (again from the start if it has too few), hypotheses the same
with words left out and exchanged. Both count BLEU and chrF and draw 1,000 bootstrap samples.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer


def worse(reference: str, dice: random.Random) -> str:
    """A reference with a tenth of its words left out or moved by one."""
    words = [word for word in reference.split() if dice.random() > 0.05]
    for i in range(len(words) - 1):
        if dice.random() < 0.05:
            words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words) or reference


def measured(*command: str) -> tuple[float, float]:
    """Seconds and megabytes at the peak of a command."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main(
    text: Annotated[Path, typer.Argument(help="English, one segment a line.")],
    segments: Annotated[int, typer.Option(help="How many to score.")] = 100_000,
) -> None:
    """Time both commands on the same files, one process each."""
    lines = [line for line in text.read_text(encoding="utf-8").split("\n") if line.strip()]
    dice = random.Random(0)
    bin_ = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        references, hypotheses = Path(folder, "references"), Path(folder, "hypotheses")
        chosen = list(islice(cycle(lines), segments))
        references.write_text("".join(f"{line}\n" for line in chosen), encoding="utf-8")
        text_ = "".join(f"{worse(line, dice)}\n" for line in chosen)
        hypotheses.write_text(text_, encoding="utf-8")
        ours = measured(
            str(bin_ / "tarjama"), "score", "--hypotheses", str(hypotheses), "--references",
            str(references), "--metric", "bleu", "--metric", "chrf", "--processes", "1",
        )  # fmt: skip
        theirs = measured(
            str(bin_ / "sacrebleu"), str(references), "-i", str(hypotheses), "-m", "bleu", "chrf",
            "--confidence", "--force",
        )  # fmt: skip
    for name, (seconds, megabytes) in (("tarjama score", ours), ("sacrebleu", theirs)):
        typer.echo(f"{name}\t{seconds:.1f} s\t{megabytes:.0f} MB")
    typer.echo(f"sacrebleu / tarjama\t{theirs[0] / ours[0]:.1f}\t{theirs[1] / ours[1]:.1f}")


if __name__ == "__main__":
    typer.run(main)
