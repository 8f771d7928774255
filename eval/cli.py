"""The commands `tarjama score` and `tarjama evaluate`; `mt.cli` registers them.

Light to import: what counts and what decodes is imported when a command runs.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mt.errors import InputError
from mt.options import Json, Offline, Quiet

if TYPE_CHECKING:
    from eval.articles import ArticleSet


class ManyFiles(typer.core.TyperCommand):
    """A command whose file options take all files that follow: `--hypotheses a b --references r`.

    The shell's patterns work so, and `score` has no arguments that a file could be taken for.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        repeatable = {
            name for p in self.params if getattr(p, "multiple", False) for name in p.opts
        }
        spelled_out: list[str] = []
        option = ""
        for i, arg in enumerate(args):
            if arg.startswith("--"):
                option = arg if arg in repeatable else ""
            elif option and i and args[i - 1] != option:
                spelled_out.append(option)
            spelled_out.append(arg)
        return super().parse_args(ctx, spelled_out)


def score(
    hypotheses: Annotated[
        list[Path],
        typer.Option(help="A file for each system, one segment a line; - is standard input."),
    ],
    references: Annotated[
        list[Path], typer.Option(help="A file for each translator, with as many lines.")
    ],
    sources: Annotated[
        Path | None,
        typer.Option(help="What was translated or summarized: adds checks and overlap."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="bleu, chrf, chrf++, ter, rouge1, rouge2, rougeL or rougeLsum."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="Of the hypotheses; it chooses tokenizers. auto, en, ar …")
    ] = "auto",
    field: Annotated[str, typer.Option(help="JSON Lines: the hypothesis.")] = "translation",
    reference_field: Annotated[str, typer.Option(help="JSON Lines: the reference.")] = "reference",
    source_field: Annotated[str, typer.Option(help="JSON Lines: the source.")] = "source",
    samples: Annotated[int, typer.Option(min=40, help="Draws of the bootstrap.")] = 1000,
    processes: Annotated[
        int | None, typer.Option(min=1, help="That count.", show_default="one a core")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score files: every metric with its 95 % interval, later systems tested against the first.

    Segments are lines, or the objects of JSON Lines files. Loads no model.
    """
    from eval import table
    from eval.metrics import METRICS
    from eval.reading import read_texts
    from eval.significance import compare

    systems = {
        name: read_texts(path, field)
        for name, path in zip(_names(hypotheses), hypotheses, strict=True)
    }
    streams = [read_texts(path, reference_field) for path in references]
    results = compare(
        systems,
        streams,
        metric or METRICS,
        language=_language_of(streams) if language == "auto" else language,
        samples=samples,
        processes=processes or os.cpu_count() or 1,
    )
    behaviour = _against_sources(read_texts(sources, source_field), systems) if sources else {}
    if as_json:
        rows = [table.as_object(result) for result in results]
        rows += [{"system": name, **found} for name, found in behaviour.items()]
        for row in rows:
            typer.echo(_line(row))
    else:
        parts = [table.table(results), table.behaviour(behaviour), table.signatures(results)]
        typer.echo("\n\n".join(part for part in parts if part))


def evaluate(
    system: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=MODEL[,OPTION=VALUE…]",
            help="A translator, a summarizer, or TRANSLATOR+SUMMARIZER; repeat for several.",
            show_default="what auto picks for each task that the articles have references for",
        ),
    ] = None,
    articles: Annotated[
        str | None,
        typer.Option(
            help="JSON Lines of articles, a folder of such files, a .tsv of pairs, "
            "sacrebleu:NAME, or hub:OWNER/NAME#FILE.",
            show_default="the sample set",
        ),
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="Plain text to translate, one segment a line.")
    ] = None,
    reference: Annotated[Path | None, typer.Option(help="Its translation, line by line.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many articles.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML page.")] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write Markdown, for a CI summary.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML.")] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC=VALUE", help="Exit with 3 if a score is worse than this."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Compare with what --save-baseline wrote.")
    ] = None,
    max_drop: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE",
            help="Exit with 3 if a score is worse than the baseline's by more than this, and the "
            "difference is no chance.",
        ),
    ] = None,
    save_baseline: Annotated[
        Path | None, typer.Option(help="Keep the outputs as a baseline.")
    ] = None,
    samples: Annotated[int, typer.Option(min=40, help="Draws of the bootstrap.")] = 1000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Decode again what is cached.")] = False,
    offline: Offline = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run systems over articles, score them beside baselines, and fail if they got worse.

    Every score has its 95 % interval; systems are tested against the first. Outputs are cached.
    """
    from eval import evaluation
    from eval.gate import load_baseline, parse_limit
    from eval.gate import save_baseline as save
    from eval.systems import parse_system
    from mt.sources.local import cache_folder

    note = (lambda message: None) if quiet else (lambda message: typer.echo(message, err=True))
    chosen = _articles(articles, source, reference, limit, offline=offline)
    if bool(max_drop) != bool(baseline):
        raise InputError("--baseline and --max-drop go together; give both")
    gates = evaluation.Gates(
        tuple(map(parse_limit, fail_under or [])),
        tuple(map(parse_limit, max_drop or [])),
        load_baseline(baseline, chosen) if baseline else None,
    )
    systems = [parse_system(text) for text in system or _default_systems(chosen)]
    evaluation.check(systems, chosen, gates)
    found = evaluation.evaluate(
        [evaluation.resolved(s, offline=offline, progress=note) for s in systems],
        chosen,
        gates,
        cache_folder=cache_folder() / "evaluations",
        offline=offline,
        fresh=fresh,
        samples=samples,
        progress=note,
    )
    evaluation.write(found, {"report": report, "markdown": markdown, "junit": junit})
    if save_baseline:
        save(save_baseline, found.runs, chosen, found.manifest)
    typer.echo(_line(evaluation.as_json(found)) if as_json else evaluation.as_text(found))
    for verdict in found.verdicts:
        if verdict.outcome != "passed":
            typer.echo(f"{verdict.outcome}: {verdict.gate}: {verdict.message}", err=True)
    if found.failed:
        raise typer.Exit(3)


def _default_systems(chosen: ArticleSet) -> list[str]:
    """What `auto` picks for the tasks that the articles have references for."""
    can_summarize = all(article.summary_en for article in chosen.articles)
    return ["auto=auto", *(["summary=auto,task=summarize"] if can_summarize else [])]


def _articles(
    articles: str | None,
    source: Path | None,
    reference: Path | None,
    limit: int | None,
    *,
    offline: bool,
) -> ArticleSet:
    from eval.articles import load_parallel, load_set, sample_set

    if bool(source) != bool(reference):
        raise InputError("--source and --reference go together; give both")
    if source and reference:
        if articles:
            raise InputError("give either --articles or --source and --reference")
        chosen = load_parallel(source, reference)
    else:
        chosen = load_set(articles, offline=offline) if articles else sample_set()
    return replace(chosen, articles=chosen.articles[:limit])


def _names(paths: list[Path]) -> list[str]:
    """What to call the systems: the shortest that tells their files apart."""
    stems = [path.stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else [str(path) for path in paths]
    if len(set(names)) < len(names):
        raise InputError(f"{max(names, key=names.count)} is given twice; give each system once")
    return names


def _against_sources(
    sources: list[str], systems: dict[str, list[str]]
) -> dict[str, dict[str, object]]:
    """What each system did with its sources: flags of a translation, overlap of a summary."""
    from eval.measures import mean_overlap
    from eval.metrics import check_alignment

    check_alignment(sources, list(systems.values()))
    found: dict[str, dict[str, object]] = {}
    for name, texts in systems.items():
        if _language_of([sources]) == _language_of([texts]):
            found[name] = asdict(mean_overlap(sources, texts))
        else:
            from mt.quality import check

            pairs = zip(sources, texts, strict=True)
            flags = Counter(flag.value for pair in pairs for flag in check(*pair))
            found[name] = {"flags": dict(flags)}
    return found


def _language_of(streams: list[list[str]]) -> str:
    """`ar` if most of the references have Arabic letters, else `en`."""
    from mt.arabic import has_arabic

    texts = [text for stream in streams for text in stream if text.strip()]
    return "ar" if 2 * sum(map(has_arabic, texts)) > len(texts) else "en"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
