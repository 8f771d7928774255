"""Results as a table for the terminal, as Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from tabulate import tabulate

from eval.significance import Result

if TYPE_CHECKING:
    from eval.board import Board

_MARK = "*"
LEGEND = (
    "± is half of the 95 % bootstrap interval; * differs from the first system by more than "
    "chance (paired bootstrap, p < 0.05). In brackets: baselines."
)


def table(results: Sequence[Result], *, markdown: bool = False) -> str:
    """A row for each metric and a column for each system, with intervals and tests.

    After the score comes the interval in which 95 % of the bootstrap scores lie; for systems
    after the first the difference to it, its p-value, and a star where that is below 0.05.
    """
    systems = list(dict.fromkeys(result.system for result in results))
    metrics = list(dict.fromkeys(result.metric for result in results))
    found = {(result.metric, result.system): result for result in results}
    rows = [
        [found[metric, systems[0]].score.name, *(cell(found[metric, s]) for s in systems)]
        for metric in metrics
    ]
    style = "pipe" if markdown else "simple"
    return str(tabulate(rows, headers=["", *systems], tablefmt=style, disable_numparse=True))


def systems_table(board: Board, *, markdown: bool = False) -> str:
    """A row for each system and a column for each score, as a board has more of both.

    A star marks a difference to the first system that is more than chance.
    """
    rows = []
    for run in board.runs:
        found = [result for result in board.results if result.system == run.system.name]
        speed = f"{run.words_per_second:.0f}" if run.seconds else "–"
        memory = f"{run.peak_memory / 2**20:.0f}" if run.peak_memory else "–"
        name = f"({run.system.name})" if run.is_baseline else run.system.name
        rows.append([name, *map(_short, found), speed, memory])
    headers = ["", *(counts.measure.name for counts in board.counts), "words/s", "MB"]
    style = "pipe" if markdown else "simple"
    align = ("left", *["right"] * (len(headers) - 1))
    return str(
        tabulate(rows, headers=headers, tablefmt=style, disable_numparse=True, colalign=align)
    )


def _short(result: Result) -> str:
    half = (result.interval.high - result.interval.low) / 2
    return f"{result.score.value:.1f} ± {half:.1f}{_MARK if result.significant else ' '}"


def cell(result: Result) -> str:
    """One score: `34.2 [32.1, 36.4]`, and for a later system `+0.8 (p=0.012)*`."""
    text = f"{result.score.value:.1f} [{result.interval.low:.1f}, {result.interval.high:.1f}]"
    if result.difference is None or result.p_value is None:
        return text
    mark = _MARK if result.significant else ""
    return f"{text} {result.difference:+.1f} (p={result.p_value:.3f}){mark}"


_BEHAVIOUR = {
    "coverage": "coverage %",
    "density": "density (words)",
    "compression": "compression",
    "novelty": "novel bigrams %",
}


def behaviour(systems: Mapping[str, Mapping[str, object]]) -> str:
    """A row for each measure or flag, and a column for each system; empty without any."""
    flat = {name: _flat(found) for name, found in systems.items()}
    measures = list(dict.fromkeys(measure for found in flat.values() for measure in found))
    rows = [[m, *(found.get(m, "") for found in flat.values())] for m in measures]
    return str(tabulate(rows, headers=["", *flat], disable_numparse=True)) if rows else ""


def _flat(found: Mapping[str, object]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for measure, value in found.items():
        if isinstance(value, Mapping):
            flat |= {f"flagged {flag}": str(count) for flag, count in sorted(value.items())}
        else:
            flat[_BEHAVIOUR.get(measure, measure)] = f"{value:.1f}"
    return flat


def signatures(results: Sequence[Result]) -> str:
    """How each metric was computed, one a line."""
    lines = {result.score.name: result.score.signature for result in results}
    return "\n".join(f"{name}|{signature}" for name, signature in lines.items())


def as_object(result: Result) -> dict[str, object]:
    """The result as one flat JSON object; numbers are not rounded."""
    return {
        "system": result.system,
        "metric": result.metric,
        "score": result.score.value,
        **asdict(result.interval),
        "difference": result.difference,
        "p_value": result.p_value,
        "significant": result.significant,
        "name": result.score.name,
        "signature": result.score.signature,
    }
