"""Draws the log of a run: training loss, loss and chrF on held-out text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import matplotlib
import typer

matplotlib.use("svg")
from matplotlib import pyplot


def read_log(file: Path) -> list[dict[str, Any]]:
    """The lines of a log, each with the tokens seen by then."""
    tokens, lines = 0, []
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line:
            entry = json.loads(line)
            tokens = entry.setdefault("tokens", tokens)
            lines.append(entry)
    return lines


def draw(log: list[dict[str, Any]], output: Path) -> None:
    """Two plots side by side: losses, and chrF."""
    figure, (losses, scores) = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    steps = [entry for entry in log if "loss" in entry]
    seen = [entry["tokens"] / 1e6 for entry in steps]
    losses.plot(
        seen, [entry["loss"] for entry in steps], "gray", lw=0.8, label="training, smoothed labels"
    )
    measured = [entry for entry in log if "dev" in entry]
    for number, name in enumerate(measured[0]["dev"] if measured else []):
        at = [entry["tokens"] / 1e6 for entry in measured]
        style = {"marker": "o", "label": name, "color": f"C{number}"}
        losses.plot(at, [e["dev"][name]["loss"] for e in measured], **style)
        scores.plot(at, [e["dev"][name]["chrf"] for e in measured], **style)
    losses.set(xlabel="million training tokens", ylabel="loss of an English token")
    scores.set(xlabel="million training tokens", ylabel="chrF, greedy, 60 segments")
    figure.legend(
        *losses.get_legend_handles_labels(), frameon=False, ncols=3, loc="outside upper center"
    )
    figure.savefig(output, metadata={"Date": None})


def main(
    log: Annotated[Path, typer.Argument(help="log.jsonl of a run.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Picture, .svg.")],
) -> None:
    """Draw the curves of a training run."""
    matplotlib.rcParams["svg.hashsalt"] = "tarjama"  # the same picture from the same log
    draw(read_log(log), output)


if __name__ == "__main__":
    typer.run(main)
