"""Plain text. Lines are independent, so a long file streams in blocks of lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from mt.formats import FormatOptions, Record

_BLOCK = 64  # lines


def records(file: TextIO, name: str, options: FormatOptions) -> Iterator[Record]:
    """The file as one record if options.whole, else a record for every block of lines."""
    if options.whole:
        yield Record(name, file.read(), str)
        return
    while lines := list(islice(file, _BLOCK)):
        yield Record(name, "".join(lines), str)
