"""JSON Lines: one object a line; one field is the text, and all others are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TextIO

from mt.errors import InputError
from mt.formats import FormatOptions, Record


def records(file: TextIO, name: str, options: FormatOptions) -> Iterator[Record]:
    """A record for every line; its id is the object's own `id`, or the number of the line."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            yield Record(None, "", lambda _, line=line: line)  # type: ignore[misc]
            continue
        row = _row(line, f"{name} line {number}")
        text = _text(row, f"{name} line {number}", options.field)
        overwrites = options.output_field in row and options.output_field != options.field
        write = _writer(row, options.output_field)
        yield Record(str(row.get("id", number)), text, write, overwrites)


def _row(line: str, where: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where} is not JSON: {error.msg} at column {error.colno}; "
            "JSON Lines has one object on each line"
        ) from error
    except RecursionError:
        raise InputError(f"{where} is nested too deeply to be read") from None
    if not isinstance(row, dict):
        raise InputError(f"{where} is not a JSON object; JSON Lines has one object on each line")
    return row


def _text(row: dict[str, object], where: str, field: str) -> str:
    """The text of a row; null counts as empty.

    Raises:
        InputError: the field is missing, or is no text.
    """
    if field not in row:
        has = ", ".join(map(str, row)) or "nothing"
        raise InputError(f"{where} has no field {field!r}; it has {has}: choose with --field")
    text = row[field]
    if text is not None and not isinstance(text, str):
        raise InputError(f"{where}: field {field!r} is a {type(text).__name__}, not a text")
    return text or ""


def line_of(row: Mapping[str, object]) -> str:
    """The row as one line of JSON, its Arabic readable.

    >>> line_of({"text": "نعم"})
    '{"text": "نعم"}\\n'
    """
    line = json.dumps(row, ensure_ascii=False) + "\n"
    try:
        line.encode()
    except UnicodeEncodeError:  # half a character, which UTF-8 has no form for
        return json.dumps(row) + "\n"
    return line


def _writer(row: dict[str, object], output_field: str) -> Callable[[str], str]:
    def write(result: str) -> str:
        return line_of({**row, output_field: result})

    return write
