"""File formats: each module turns a file into records and says how a result is written back.

A format is a function `(file, name, options) -> Iterator[Record]`. It reads lazily, so that
a file of any length streams, and raises InputError with the line where the file is at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import TextIO

from mt.errors import InputError


@dataclass(frozen=True)
class Record:
    """One text of a file, and how its result is written in the file's own format.

    Structure without text, such as the header of a table, is a record whose id is None.
    """

    id: str | None
    text: str
    write: Callable[[str], str]
    overwrites: bool = False  # a field that was there before, and is not the text's


@dataclass(frozen=True)
class FormatOptions:
    """What a reader must know that the file does not say."""

    field: str = "text"  # of JSON Lines and tables: which one holds the text
    output_field: str = "translation"  # where the result goes; the other fields stay
    may_overwrite: bool = True  # a field of that name; else it is worth a warning
    whole: bool = False  # plain text: the file is one text, not a stream of lines


# Named by string, so that a format's library loads only when such a file is read.
_READERS = {
    "text": "mt.formats.text:records",
    "jsonl": "mt.formats.jsonlines:records",
    "csv": "mt.formats.table:csv_records",
    "tsv": "mt.formats.table:tsv_records",
}
FORMATS = tuple(_READERS)
_SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
}


def has_fields(format: str) -> bool:  # noqa: A002
    """Whether the texts of a format are fields of records."""
    return format != "text"


def is_known(suffix: str) -> bool:
    """Whether a file with this suffix is taken when a folder is given."""
    return suffix.lower() in _SUFFIXES


def format_of(path: PurePath | None, asked: str = "auto") -> str:
    """The format asked for, or the one that the suffix names, or plain text.

    Raises:
        InputError: there is no such format.
    """
    if asked != "auto":
        if asked not in _READERS:
            raise InputError(f"unknown format {asked!r}; choose from auto, {', '.join(FORMATS)}")
        return asked
    return _SUFFIXES.get(path.suffix.lower(), "text") if path else "text"


def records(file: TextIO, name: str, format: str, options: FormatOptions) -> Iterator[Record]:  # noqa: A002
    """The records of an open file.

    Args:
        name: what messages call the file.
        format: one of FORMATS.

    Raises:
        InputError: while reading, with the line that is at fault.
    """
    module, _, reader = _READERS[format].partition(":")
    found: Iterator[Record] = getattr(import_module(module), reader)(file, name, options)
    return found
