"""The command line: the root app, and `tarjama translate`.

A command is options, one library call, and what is shown. The result goes to standard output and
nothing else does. The other packages' commands are registered here; none of them loads a model's
libraries before it runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from typing import Annotated, Any

import typer

from eval.cli import ManyFiles, evaluate, score
from mt.article import Article
from mt.batch import Batch, plan
from mt.cli_models import doctor, models_app
from mt.console import Bar, Console, result_stream
from mt.errors import TarjamaError, is_disk_full
from mt.files import find_inputs, map_outputs, output_folder
from mt.formats import FormatOptions, Record
from mt.formats.jsonlines import line_of
from mt.glossary import Glossary
from mt.ledger import Ledger
from mt.options import (
    ArticleOnly,
    BackendName,
    BatchTokens,
    BeamSize,
    Device,
    Field,
    Format,
    Fresh,
    GlossaryFile,
    Inputs,
    Json,
    ModelName,
    NoCache,
    Offline,
    Output,
    OutputField,
    Prompt,
    Quantization,
    Quiet,
    Strict,
    Verbose,
)
from mt.outputs import locked
from mt.sources import cache_folder
from mt.translator import BATCH_TOKENS, Translation, Translator, load_translator
from summarize.cli import digest, summarize


class _Group(typer.core.TyperGroup):
    """Shows our own errors as one line; anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TarjamaError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from None
        except OSError as error:
            if not is_disk_full(error):
                raise
            with suppress(OSError):  # else Python would try again at its end, and complain
                sys.stdout.close()
            where = error.filename or "what was to be written"
            typer.echo(f"error: no room on the disk for {where}; make some", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Arabic news into English and into summaries, with scores that show how good it is.",
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tarjama {version('tarjama')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """The options that stand before a command."""


@app.command()
def translate(
    inputs: Inputs = None,
    output: Output = None,
    model: ModelName = "auto",
    backend: BackendName = "auto",
    device: Device = "auto",
    quantization: Quantization = "auto",
    beam_size: BeamSize = None,
    batch_tokens: BatchTokens = BATCH_TOKENS,
    prompt: Prompt = None,
    glossary: GlossaryFile = None,
    format: Format = "auto",  # noqa: A002 - the name of the option
    field: Field = FormatOptions.field,
    output_field: OutputField = None,
    article: ArticleOnly = False,
    as_json: Json = False,
    strict: Strict = False,
    fresh: Fresh = False,
    no_cache: NoCache = False,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Translate Arabic text into English; everything else of the text stays as it is."""
    console = Console(quiet=quiet, verbose=verbose)
    reading = FormatOptions(
        field,
        output_field or FormatOptions.output_field,
        may_overwrite=as_json or output_field is not None,
        whole=as_json or article,
    )
    outputs = map_outputs(find_inputs(inputs or [], output), output, ".jsonl" if as_json else None)
    todo = plan(outputs, format, reading)
    console.begin(todo, reading)
    ledger = None if no_cache else Ledger(cache_folder() / "ledger.sqlite", fresh=fresh)
    with locked(output_folder(output, outputs)):  # before a model loads
        translator = load_translator(
            console.choose_model(model, "translate", offline=offline),
            backend=backend,
            device=device,
            quantization=quantization,
            beam_size=beam_size,
            batch_tokens=batch_tokens,
            prompt=prompt,
            glossary=Glossary.from_file(glossary) if glossary else None,
            offline=offline,
            ledger=ledger,
        )
        console.detail(_engine(translator))

        def work(texts: Iterable[str], bar: Bar) -> Iterator[Translation]:
            wanted = (Article.from_text(text).text for text in texts) if article else texts
            return translator.translate_many(wanted, bar.decoded)

        render = _AsJson(translator) if as_json else _as_text
        batch = Batch(todo.jobs, reading, render, result_stream())
        flags = console.run(batch, work, todo)
    console.end(todo, batch, flags, strict=strict, ledger=ledger)


def _engine(translator: Translator) -> str:
    backend = translator.backend
    return f"{translator.model}: {backend.name} {backend.quantization} on {backend.device}"


def _as_text(record: Record, translation: Translation) -> str:
    return record.write(translation.text)


class _AsJson:
    """Writes a translation as one JSON object a line."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._since = time.perf_counter()

    def __call__(self, record: Record, translation: Translation) -> str | None:
        if record.id is None:
            return None
        now = time.perf_counter()
        seconds, self._since = now - self._since, now
        backend = self._translator.backend
        row = {
            "id": record.id,
            "source": translation.source.text,
            "translation": translation.text,
            "segments": [
                {"source": s.source, "target": s.target, "score": s.score, "flags": list(s.flags)}
                for s in translation.segments
            ],
            "model": translation.model,
            "backend": backend.name,
            "device": backend.device,
            "seconds": round(seconds, 3),
        }
        return line_of(row)


# In the order of the help text.
app.command()(summarize)
app.command()(digest)
app.command()(evaluate)
app.command(cls=ManyFiles)(score)
app.add_typer(models_app, name="models")
app.command()(doctor)
