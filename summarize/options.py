"""The options of `tarjama summarize` and `tarjama digest`, beside those of `mt.options`."""

from __future__ import annotations

from typing import Annotated

import typer

Language = Annotated[str, typer.Option(help="Of the summary: en or ar.")]
Method = Annotated[
    str,
    typer.Option(
        help="auto, abstractive, extractive, or how to extract: news, lexrank, textrank, lsa, "
        "lead or centroid."
    ),
]
Sentences = Annotated[
    int | None,
    typer.Option(min=1, help="At most so many.", show_default="3, or what --max-words takes"),
]
MaxWords = Annotated[int | None, typer.Option(min=1, help="At most so many, sentences whole.")]
SummaryModel = Annotated[
    str, typer.Option("--model", "-m", help="The summarizer; see `tarjama models list`.")
]
TranslationModel = Annotated[
    str, typer.Option("--translator", help="The translator from Arabic into English.")
]
Order = Annotated[
    str,
    typer.Option(
        help="For English from Arabic: summarize-first, translate-first, or auto, which is the "
        "former for extracts."
    ),
]
OnlyArticle = Annotated[
    bool,
    typer.Option(
        "--article/--no-article", help="Leave out what is not the article: menus, image names …"
    ),
]
Html = Annotated[
    bool, typer.Option("--html", help="A page for each file, and an index for a folder of them.")
]
