"""One evaluation from beginning to end: run, score, judge, and write down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from eval import gate, junit, report, table
from eval.articles import ArticleSet
from eval.board import BASELINES, TITLES, Board, board_key, boards, measures_of, units_of
from eval.gate import Baseline, Limit, Verdict
from eval.manifest import Manifest, manifest
from eval.runner import Run, run, sources_of
from eval.significance import SAMPLES, SEED
from eval.systems import System
from mt.errors import InputError
from mt.models import licence_warning
from mt.outputs import replacing


@dataclass(frozen=True)
class Gates:
    """What a run must satisfy."""

    fail_under: tuple[Limit, ...] = ()
    max_drop: tuple[Limit, ...] = ()
    baseline: Baseline | None = None


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found."""

    boards: tuple[Board, ...]
    verdicts: tuple[Verdict, ...]
    manifest: Manifest

    @property
    def runs(self) -> list[Run]:
        """What the systems wrote, without the baselines."""
        return [run for board in self.boards for run in board.runs if not run.is_baseline]

    @property
    def failed(self) -> list[Verdict]:
        """The gates that were not met."""
        return [verdict for verdict in self.verdicts if verdict.outcome == "failed"]


def check(systems: Sequence[System], articles: ArticleSet, gates: Gates | None = None) -> None:
    """Raise what can be known to be wrong before a model loads.

    Raises:
        InputError: a name is taken, the articles lack what a system needs, or a gate is for a
            metric that none of the systems is measured by.
    """
    names = [system.name for system in systems]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two systems are called {name!r}; give each a name of its own")
        if name in BASELINES:
            raise InputError(f"{name!r} is the name of a baseline; give the system another one")
    for system in systems:
        sources_of(system, articles)
        units_of(board_key(system), articles)
    known = list(dict.fromkeys(m for s in systems for m in measures_of(board_key(s))))
    for limit in (*gates.fail_under, *gates.max_drop) if gates else ():
        if limit.metric not in known:
            raise InputError(
                f"nothing is scored by {limit.metric!r} here; gates take {', '.join(known)}"
            )


def evaluate(
    systems: Sequence[System],
    articles: ArticleSet,
    gates: Gates | None = None,
    *,
    cache_folder: Path | None = None,
    offline: bool = False,
    fresh: bool = False,
    samples: int = SAMPLES,
    seed: int = SEED,
    progress: Callable[[str], None] = lambda message: None,
) -> Evaluation:
    """Run the systems over the articles, score them beside the baselines, and judge them.

    Args:
        cache_folder: where outputs are kept, so that they are not decoded again.
        fresh: decode even so.
        progress: is told in one line what is done.

    Raises:
        TarjamaError: something given is wrong, or a model cannot be loaded or run.
    """
    gates = gates or Gates()
    check(systems, articles, gates)
    runs = []
    for system in systems:
        progress(f"{system.name}: {system.model} ({system.task})")
        runs.append(run(system, articles, cache_folder=cache_folder, offline=offline, fresh=fresh))
    found = boards(runs, articles, samples=samples, seed=seed, offline=offline)
    verdicts = gate.fail_under(found, gates.fail_under)
    if gates.baseline:
        verdicts += gate.max_drop(found, gates.max_drop, gates.baseline, articles)
    record = manifest(runs, articles, samples=samples, seed=seed)
    return Evaluation(tuple(found), tuple(verdicts), record)


def as_text(evaluation: Evaluation) -> str:
    """Tables for a terminal."""
    parts = []
    for board in evaluation.boards:
        parts += [TITLES[board.key], table.systems_table(board), *board.skipped]
    parts.append(table.LEGEND)
    signatures = [table.signatures(board.results) for board in evaluation.boards]
    return "\n\n".join([*parts, *signatures])


def as_markdown(evaluation: Evaluation) -> str:
    """A summary for a CI page: verdicts, tables, and how the numbers were made."""
    marks = {"passed": "✅", "warned": "⚠️", "failed": "❌"}
    lines = [f"# Evaluation on {evaluation.manifest.articles}", ""]
    lines += [f"- {marks[v.outcome]} `{v.gate}` {v.message}" for v in evaluation.verdicts]
    for board in evaluation.boards:
        lines += ["", f"## {TITLES[board.key]}", "", table.systems_table(board, markdown=True)]
        lines += ["", *board.skipped, table.LEGEND]
        signatures = table.signatures(board.results)
        lines += ["", "<details><summary>Signatures</summary>", "", "```", signatures]
        lines += ["```", "", "</details>"]
    return "\n".join(lines) + "\n"


def as_json(evaluation: Evaluation) -> dict[str, object]:
    """Everything: scores in total and by article, verdicts, outputs, and the manifest."""
    return {
        "manifest": asdict(evaluation.manifest),
        "gates": [asdict(verdict) for verdict in evaluation.verdicts],
        "scores": [
            {"board": board.key, **table.as_object(result)}
            for board in evaluation.boards
            for result in board.results
        ],
        "articles": [
            {"board": board.key, "system": run.system.name, "article": article, **scores}
            for board in evaluation.boards
            for run in board.runs
            for article, scores in _by_article(board, run.system.name).items()
        ],
        "skipped": [reason for board in evaluation.boards for reason in board.skipped],
        "runs": [asdict(run) for run in evaluation.runs],
    }


def _by_article(board: Board, system: str) -> dict[str, dict[str, float]]:
    columns = {c.measure.key: board.by_article(c, system) for c in board.counts}
    rows = zip(*columns.values(), strict=True)
    pairs = zip(board.articles, rows, strict=True)
    return {article: dict(zip(columns, row, strict=True)) for article, row in pairs}


def write(evaluation: Evaluation, files: Mapping[str, Path | None]) -> None:
    """Write the files that are asked for: `report`, `junit` and `markdown`.

    Raises:
        InputError: a file cannot be written.
    """
    render: dict[str, Callable[[], str]] = {
        "report": lambda: report.render(
            evaluation.boards, evaluation.verdicts, evaluation.manifest
        ),
        "junit": lambda: junit.as_junit(evaluation.verdicts, evaluation.boards),
        "markdown": lambda: as_markdown(evaluation),
    }
    for name, path in files.items():
        if path:
            with replacing(path) as file:
                file.write(render[name]())


def resolved(system: System, *, offline: bool, progress: Callable[[str], None]) -> System:
    """The system with the models that `auto` stands for.

    Raises:
        DownloadError: not even the model that needs no hub can be had.
    """
    from mt.sources import choose

    tasks = ("translate", "summarize") if system.task == "digest" else (system.task,)
    models = []
    for task, model in zip(tasks, system.model.split("+"), strict=True):
        if model == "auto":
            choice = choose(task, offline=offline, progress=progress)
            progress(choice.reason)
            model = choice.model.alias
        if warning := licence_warning(model):
            progress(f"warning: {warning}")
        models.append(model)
    return replace(system, model="+".join(models))
