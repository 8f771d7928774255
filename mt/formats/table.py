"""CSV and TSV with a header line: one column is the text, and all others are kept."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TextIO

from mt.errors import InputError
from mt.formats import FormatOptions, Record

_BREAKS = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True)
class _Dialect:
    """How the cells of a table are parted."""

    delimiter: str
    quoted: bool  # a cell may stand in quotes; else a quote is a character like any other
    end: str  # of a line

    def line(self, cells: Sequence[str]) -> str:
        if not self.quoted:
            return self.delimiter.join(_BREAKS.sub(" ", cell) for cell in cells) + self.end
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.end).writerow(cells)
        return out.getvalue()


def csv_records(file: TextIO, name: str, options: FormatOptions) -> Iterator[Record]:
    """The records of a table whose delimiter is the one that its header has most of."""
    header = file.readline()
    dialect = _Dialect(max(",;\t", key=header.count), True, _end(header))
    return _records(file, header, dialect, name, options)


def tsv_records(file: TextIO, name: str, options: FormatOptions) -> Iterator[Record]:
    """The records of a table parted by tabs; few of these have cells in quotes."""
    header = file.readline()
    return _records(file, header, _Dialect("\t", '"' in header, _end(header)), name, options)


def _records(
    file: TextIO, start: str, dialect: _Dialect, name: str, options: FormatOptions
) -> Iterator[Record]:
    """A record for the header and one for every row; its id is the column `id`, or its number."""
    if not start:
        return
    # The limit of 128 KiB a field can only be lifted for the process; articles are longer.
    csv.field_size_limit(sys.maxsize)
    rows = csv.reader(
        chain([start], file),
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        # Cells are found by place, as two columns may have the same name, or none.
        header = next(rows)
        text = _place(header, options.field, name)
        place = header.index(options.output_field) if options.output_field in header else None
        number = header.index("id") if "id" in header else None
        columns = _with(header, place, options.output_field)
        yield Record(None, "", lambda _: dialect.line(columns))
        for count, cells in enumerate(rows, 1):
            if not cells:
                yield Record(None, "", lambda _: dialect.end)
                continue
            if len(cells) != len(header):
                raise InputError(
                    f"{name} line {rows.line_num} has {len(cells)} fields, but the header has "
                    f"{len(header)}"
                )
            yield Record(
                str(count) if number is None else cells[number],
                cells[text],
                lambda result, cells=cells: dialect.line(  # type: ignore[misc]
                    _with(cells, place, result)
                ),
                overwrites=place not in (None, text),
            )
    except csv.Error as error:
        raise InputError(f"{name} line {rows.line_num} is not valid CSV: {error}") from error


def _place(header: list[str], field: str, name: str) -> int:
    """Where the column of the texts is."""
    count = header.count(field)
    if count != 1:
        problem = "more than one" if count else "no"
        raise InputError(
            f"{name} has {problem} field {field!r}; it has {', '.join(header) or 'nothing'}: "
            "choose with --field"
        )
    return header.index(field)


def _with(cells: list[str], place: int | None, value: str) -> list[str]:
    """The cells with a value in its place; without one, at the end."""
    if place is None:
        return [*cells, value]
    return [*cells[:place], value, *cells[place + 1 :]]


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :] or "\n"
