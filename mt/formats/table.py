"""CSV and TSV with a header line: one column is the text, and all others are kept."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

from mt.errors import InputError
from mt.formats import FormatOptions, Record
from mt.formats.jsonlines import text_of


def records(file: TextIO, name: str, options: FormatOptions) -> Iterator[Record]:
    """A record for the header and one for every row; its id is the column `id`, or its number."""
    # The limit of 128 KiB a field can only be lifted for the process; articles are longer.
    csv.field_size_limit(sys.maxsize)
    first = file.readline()
    if not first:
        return
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter))
    columns = header if options.output_field in header else [*header, options.output_field]
    yield Record(None, "", lambda _: _line(columns, delimiter))
    rows = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        for number, values in enumerate(rows, 1):
            where = f"{name} line {rows.line_num + 1}"
            if not values:
                continue
            if len(values) != len(header):
                raise InputError(
                    f"{where} has {len(values)} fields, but the header has {len(header)}"
                )
            row: dict[str, object] = dict(zip(header, values, strict=True))
            text = text_of(row, where, options.field)
            yield Record(
                str(row.get("id", number)),
                text,
                lambda result, row=row: _line(  # type: ignore[misc]
                    [str({**row, options.output_field: result}[c]) for c in columns], delimiter
                ),
            )
    except csv.Error as error:
        raise InputError(f"{name} line {rows.line_num + 1} is not valid CSV: {error}") from error


def _line(values: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(values)
    return out.getvalue()
