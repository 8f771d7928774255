"""Digests as web pages: a self-contained page for each file, and an index for a folder."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from mt.outputs import replacing
from mt.quality import Flag
from summarize.digest import Digest
from summarize.faithfulness import SummaryFlag
from summarize.rendering import paragraphs
from summarize.summarizer import Summary
from summarize.words import language_of

INDEX = "index.html"
# What a flag means to the reader of a page.
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        Flag.EMPTY.value: "nothing was translated",
        Flag.REPETITION.value: "the same words again and again",
        Flag.LENGTH.value: "far too short or too long",
        Flag.UNTRANSLATED.value: "Arabic left in it",
        Flag.NUMBERS.value: "a number lost, changed or invented",
        Flag.NAMES.value: "a name lost or invented",
        Flag.GLOSSARY.value: "a required term not used",
        Flag.SPLIT.value: "translated in pieces",
        SummaryFlag.DATES.value: "a date that the article does not have",
        SummaryFlag.COPIED.value: "copied word for word",
        SummaryFlag.TOO_LONG.value: "longer than asked for",
    }
)


@dataclass(frozen=True)
class Entry:
    """A line of the index."""

    path: str  # relative to the index
    headline: str
    source_headline: str
    dateline: str
    summary: str
    flags: int


class DigestPages:
    """The pages of one run.

    Args:
        folder: where the index goes; None if there is no folder to write into.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._entries: list[Entry] = []
        self._page: Path | None = None
        self._is_new = True

    def add(self, digest: Digest, name: str, page: Path | None) -> str:
        """What is to be written into the page for an article; HTML needs no end.

        Args:
            name: of the article, for want of a headline.
            page: the file that it is written into; None is standard output.
        """
        title = digest.headline.text or name
        opening = digest_head(title) if self._is_new or page != self._page else ""
        self._page, self._is_new = page, False
        if self._folder and page:
            self._entries.append(_entry(digest, name, page.relative_to(self._folder)))
        return opening + digest_article(digest)

    def write_index(self, finished: Container[Path | None]) -> None:
        """Write the index of the pages that are whole into the folder, if there is one.

        Raises:
            InputError: it cannot be written.
        """
        if self._folder is None:
            return
        entries = [entry for entry in self._entries if self._folder / entry.path in finished]
        if entries:
            with replacing(self._folder / INDEX) as file:
                file.write(digest_head("Digest"))
                file.write(_template("digest_index").render(entries=entries))


def digest_head(title: str) -> str:
    """The beginning of a page, up to its first article."""
    return _template("digest_head").render(title=title)


def digest_article(digest: Digest) -> str:
    """An article of a page: headline, summary, paragraphs side by side, doubts in place."""
    return _template("digest_article").render(
        digest=digest,
        summary=_with_doubts(digest.summary),
        paragraphs=[*paragraphs(digest.body), *paragraphs(digest.captions)],
        meanings=MEANINGS,
        is_arabic=language_of(digest.body.source.text) == "ar",
        models=" · ".join(filter(None, [digest.body.model, digest.summary.model])),
    )


def _with_doubts(summary: Summary) -> list[tuple[str, bool]]:
    """The text in pieces: those that the article does not support are True."""
    doubts = [*summary.unsupported.numbers, *summary.unsupported.names, *summary.unsupported.dates]
    if not doubts:
        return [(summary.text, False)] if summary.text else []
    any_of = "|".join(re.escape(doubt) for doubt in sorted(doubts, key=len, reverse=True))
    pieces = re.split(rf"(?<!\w)((?:{any_of}))(?!\w)", summary.text, flags=re.IGNORECASE)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def _entry(digest: Digest, name: str, path: Path) -> Entry:
    return Entry(
        path.as_posix(),
        digest.headline.text or name,
        digest.headline.source.text,
        digest.dateline.text,
        digest.summary.text,
        len(digest.flags),
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{name}.html.j2")
