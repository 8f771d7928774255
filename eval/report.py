"""One HTML page that shows an evaluation: no network, no server, light and dark, right to left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.board import TITLES, Board
from eval.gate import Verdict
from eval.manifest import Manifest
from eval.runner import Run
from eval.significance import Counts, Result

_MAX_SEGMENTS = 2000  # on a page, of all systems of a board; the worst are kept
_SORT_BY = {"translation": "chrf"}  # else ROUGE-L
_PLOTTED = (
    *("bleu", "chrf", "ter", "comet", "names", "numbers"),
    *("rouge1", "rouge2", "rougeLsum", "flagged"),
)

EXPLANATIONS = {
    "bleu": "word sequences shared with the reference, 0–100",
    "chrf": "letter sequences shared with the reference, 0–100; kinder to other word forms",
    "chrf++": "chrF with words and word pairs",
    "ter": "edits needed per 100 reference words; low is good",
    "comet": "a neural model's estimate of how people would rate the translation",
    "rouge1": "words shared with the reference summary",
    "rouge2": "word pairs shared with the reference summary",
    "rougeL": "longest common sequence of words, the summary taken as one line",
    "rougeLsum": "longest common sequences of words, sentence by sentence",
    "names": "names of the article that the translation has in one of their usual spellings",
    "numbers": "numbers of the article, from 3 on, that the translation has",
    "flagged": "texts in which our checks found something suspicious; low is good",
    "coverage": "words of the summary taken from the article in sequence (Grusky et al. 2018)",
    "novelty": "word pairs of the summary that the article does not have",
    "length": "words of a summary, on average",
}

# A text in pieces, and whether the other text lacks the piece.
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True)
class Plot:
    """The scores of one metric as dots with whiskers; places are 0–100 on a common axis."""

    name: str
    note: str
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[tuple[str, bool, float, float, float, str], ...]
    # system, whether a baseline, low, score, high, text


@dataclass(frozen=True)
class Heat:
    """The scores of one metric by article; a shade is 0 for the worst cell, 1 for the best."""

    key: str
    name: str
    rows: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]  # article, (score, shade) …


@dataclass(frozen=True)
class Passage:
    """One segment or summary beside its reference."""

    system: str
    article: str
    number: int  # on the board, from 0
    place: int  # in the article, from 1
    source: str
    reference: Pieces
    hypothesis: Pieces
    score: float
    flags: tuple[str, ...]


def render(boards: Sequence[Board], verdicts: Sequence[Verdict], manifest: Manifest) -> str:
    """The page as one string."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    return template.render(
        boards=boards,
        verdicts=verdicts,
        manifest=asdict(manifest),
        titles=TITLES,
        explanations=EXPLANATIONS,
        cells=cells,
        plots=plots,
        heats=heats,
        passages=passages,
        best=best,
        headline=headline,
    )


def headline(board: Board) -> str:
    """The first metric in words: how the first system did, and how the others stand to it."""
    metric = board.counts[0].measure
    first, *others = (result for result in board.results if result.metric == metric.key)
    low, high = first.interval.low, first.interval.high
    parts = [
        f"{first.system} has a {metric.name} of {first.score.value:.1f} ({low:.1f}–{high:.1f})"
    ]
    baselines = {run.system.name for run in board.runs if run.is_baseline}
    for other in others:
        if other.system in baselines or other.difference is None:
            continue
        if other.difference == 0:
            parts.append(f"{other.system} has the same")
            continue
        side = "more" if other.difference > 0 else "less"
        chance = "" if other.significant else ", which may be chance"
        parts.append(f"{other.system} has {abs(other.difference):.1f} {side}{chance}")
    return "; ".join(parts) + "."


def cells(board: Board, run: Run) -> list[Result]:
    """The results of one system, in the order of the columns."""
    return [result for result in board.results if result.system == run.system.name]


def best(board: Board) -> dict[str, float]:
    """The best score by each metric that has a better and a worse, baselines left out."""
    names = {run.system.name for run in board.runs if not run.is_baseline}
    found = {}
    for counts in board.counts:
        key = counts.measure.key
        values = [r.score.value for r in board.results if r.metric == key and r.system in names]
        if len(values) > 1 and key not in ("coverage", "novelty", "length"):
            found[key] = min(values) if counts.measure.lower_is_better else max(values)
    return found


def plots(board: Board) -> list[Plot]:
    """A plot for each metric that is worth one."""
    return [_plot(board, counts) for counts in board.counts if counts.measure.key in _PLOTTED]


def _plot(board: Board, counts: Counts) -> Plot:
    found = [result for result in board.results if result.metric == counts.measure.key]
    baselines = {run.system.name for run in board.runs if run.is_baseline}
    top = max(1.0, *(result.interval.high for result in found))
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if top / s <= 6)
    end = step * -(-top // step)
    return Plot(
        counts.measure.name,
        "low is good" if counts.measure.lower_is_better else "",
        tuple((100 * i * step / end, f"{i * step:g}") for i in range(int(end / step) + 1)),
        tuple(
            (
                result.system,
                result.system in baselines,
                100 * result.interval.low / end,
                100 * result.score.value / end,
                100 * result.interval.high / end,
                f"{result.score.value:.1f}",
            )
            for result in found
        ),
    )


def heats(board: Board) -> list[Heat]:
    """The scores by article, for each metric; none if there is one article only."""
    return [_heat(board, counts) for counts in board.counts] if len(board.articles) > 1 else []


def _heat(board: Board, counts: Counts) -> Heat:
    columns = [board.by_article(counts, run.system.name) for run in board.runs]
    values = [value for column in columns for value in column]
    low, high = min(values), max(values)

    def shade(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(1 - share if counts.measure.lower_is_better else share, 3)

    rows = zip(board.articles, zip(*columns, strict=True), strict=True)
    return Heat(
        counts.measure.key,
        counts.measure.name,
        tuple((article, tuple((value, shade(value)) for value in row)) for article, row in rows),
    )


def passages(board: Board) -> list[Passage]:
    """What the systems (not the baselines) wrote, the worst first."""
    competing = [run for run in board.runs if not run.is_baseline]
    found = [passage for run in competing for passage in _passages(board, run)]
    return sorted(found, key=lambda passage: passage.score)[:_MAX_SEGMENTS]


def _passages(board: Board, run: Run) -> Iterator[Passage]:
    scores = board.by_unit(_SORT_BY.get(board.key, "rougeL"), run.system.name)
    units = zip(board.units, run.outputs, scores, strict=True)
    seen: Counter[str] = Counter()
    for number, (unit, output, score) in enumerate(units):
        seen[unit.article] += 1
        reference, hypothesis = differences(unit.reference, output.text)
        yield Passage(
            run.system.name,
            unit.article,
            number,
            seen[unit.article],
            unit.source,
            reference,
            hypothesis,
            score,
            output.flags,
        )


def differences(reference: str, hypothesis: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces that the other one has or lacks, word by word.

    >>> differences("the red car", "the car")
    ([('the ', False), ('red ', True), ('car', False)], [('the ', False), ('car', False)])
    """
    left, right = _words(reference), _words(hypothesis)
    matcher = SequenceMatcher(None, _bare(left), _bare(right), autojunk=False)
    old: Pieces = []
    new: Pieces = []
    for tag, i, j, k, m in matcher.get_opcodes():
        old += [("".join(left[i:j]), tag != "equal")] if i < j else []
        new += [("".join(right[k:m]), tag != "equal")] if k < m else []
    return old, new


def _words(text: str) -> list[str]:
    """Words, each with the white space after it."""
    return re.findall(r"\S+\s*|\s+", text)


def _bare(words: Sequence[str]) -> list[str]:
    """The words as they are compared: without case and without punctuation at their ends."""
    return [re.sub(r"^\W+|\W+$", "", word.casefold()) or word.strip() for word in words]
