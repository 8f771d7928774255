"""`tarjama models …` and `tarjama doctor`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer

from mt.errors import ModelNotFoundError, TarjamaError
from mt.models import (
    BUNDLED_FOLDER,
    MODELS,
    Model,
    find_model,
    licence_warning,
    published_score,
)
from mt.options import Offline

models_app = typer.Typer(
    no_args_is_help=True, help="Show, fetch, check and remove models.", rich_markup_mode=None
)

_EXCERPT = 1500  # characters of the card

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Alias, hub id or pypi: name.")]
_Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="As --model takes them.")]
_Json = Annotated[bool, typer.Option("--json", help="JSON, one object a line.")]


@models_app.command("list")
def list_models(as_json: _Json = False) -> None:
    """List the known models; any hub id, folder or pypi: name works as well."""
    rows = [_row(model) for model in MODELS]
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        _print_table(rows)


@models_app.command()
def show(name: _Name, as_json: _Json = False) -> None:
    """Show all that is known of a model: licence, score and its source, where it is."""
    model = find_model(name)
    row = _row(model) if model else _unknown_row(name)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    for key, value in row.items():
        typer.echo(f"{key.replace('_', ' ')}: {_shown(key, value)}")
    if model and model.alias == "bundled":
        better = MODELS[0]
        typer.echo(f"\nfor comparison, {better.alias}: {better.score} ({better.score_source})")
        typer.echo(f"\n{_card()}")


@models_app.command()
def pull(names: _Names, offline: Offline = False) -> None:
    """Fetch models, so that they are there when there is no network."""
    from mt.sources import resolve

    failed = False
    for name in names:
        if warning := licence_warning(name):
            _note(f"warning: {warning}")
        try:
            local = resolve(name, offline=offline, refresh=True, progress=_note)
        except TarjamaError as error:
            _note(f"error: {error}")
            failed = True
        else:
            typer.echo("\t".join(filter(None, (name, str(local.folder), local.revision))))
    if failed:
        raise typer.Exit(1)


@models_app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="All that are here, if none is given."),
    ] = None,
    offline: Offline = False,
) -> None:
    """Let every backend translate or summarize golden texts; exit with 1 if a model is broken."""
    from mt.golden import check as findings
    from mt.sources import cached, resolve

    known = [model.alias for model in MODELS if model.source]
    wanted = names or [alias for alias in known if cached.find(alias)]
    if not wanted:
        raise ModelNotFoundError("no model is here to check; fetch one: tarjama models pull NAME")
    broken = False
    for name in wanted:
        results = []
        try:
            for found in findings(resolve(name, offline=offline, progress=_note)):
                results.append(found)
                verdict = "skipped" if found.skipped else "broken" if found.problems else "fine"
                detail = found.skipped or "; ".join(found.problems) or found.outputs[0]
                typer.echo(f"{name}\t{found.backend}\t{verdict}\t{detail}")
        except TarjamaError as error:
            _note(f"error: {name}: {error}")
            broken = True
        broken |= any(r.problems for r in results) or all(r.skipped for r in results)
    if broken:
        raise typer.Exit(1)


@models_app.command()
def remove(names: _Names) -> None:
    """Remove models from this machine, and what was made of them."""
    from mt.sources import cached

    failed = False
    for name in names:
        try:
            freed = cached.remove(name)
        except TarjamaError as error:
            _note(f"error: {error}")
            failed = True
            continue
        if freed:
            typer.echo(f"{name}\t{freed / 1e6:.0f} MB freed")
        else:
            _note(f"error: {name} is not on this machine; nothing of it was removed")
            failed = True
    if failed:
        raise typer.Exit(1)


@models_app.command()
def path(name: _Name) -> None:
    """Print the folder of a model that is on this machine."""
    from mt.sources import cached

    local = cached.find(name)
    if local is None:
        raise ModelNotFoundError(f"{name} is not on this machine; tarjama models pull {name}")
    typer.echo(local.folder)


def doctor(offline: Offline = False, as_json: _Json = False) -> None:
    """Show what is installed and cached, which device there is, and what `auto` would take."""
    from mt.doctor import examine

    fine = True
    for fact in examine(offline=offline):
        fine &= fact.fine
        typer.echo(
            json.dumps(asdict(fact), ensure_ascii=False)
            if as_json
            else f"{'' if fact.fine else '✗ '}{fact.name}: {fact.value}"
        )
    if not fine:
        raise typer.Exit(1)


def _row(model: Model) -> dict[str, object]:
    """What is known of a model, and what of it is on this machine."""
    row = {name: value for name, value in asdict(model).items() if name != "prompt"}
    return {**row, "score": published_score(model), **_state(model.alias if model.source else "")}


def _unknown_row(name: str) -> dict[str, object]:
    from mt.sources import source_of

    return {"source": source_of(name), "licence": "unknown; read its card", **_state(name)}


def _state(name: str) -> dict[str, object]:
    from mt.sources import cached

    local = cached.find(name) if name else None
    return {
        "cached": local is not None,
        "bytes": cached.size(local) if local else 0,
        "folder": str(local.folder) if local else None,
        "revision": local.revision if local else None,
    }


def _shown(key: str, value: object) -> str:
    if key == "commercial":
        answers = {True: "yes", False: "no", None: "its card does not say"}
        return answers[value if isinstance(value, bool) else None]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key == "bytes":
        return f"{int(str(value)):,}"
    return "–" if value in (None, "") else str(value)


def _print_table(rows: Iterable[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("alias", "task", "licence", "size", "here", "score"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        here = f"{int(str(row['bytes'])) / 1e6:.0f} MB" if row["cached"] else "–"
        cells = (row["alias"], row["task"], row["licence"], row["parameters"], here, row["score"])
        table.add_row(*map(str, cells))
    console = Console(width=None if sys.stdout.isatty() else 200)  # in a pipe, a row is a line
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        typer.echo(line.rstrip())


def _card() -> str:
    """The beginning of the bundled model's card, without its metadata, and where the rest is."""
    card = BUNDLED_FOLDER / "README.md"
    text = card.read_text(encoding="utf-8")
    words = text.split("---", 2)[2].strip() if text.startswith("---") else text
    if len(words) <= _EXCERPT:
        return words
    return f"{words[: words.rfind(chr(10), 0, _EXCERPT)]}\n… the rest is in {card}"


def _note(message: str) -> None:
    typer.echo(message, err=True)
