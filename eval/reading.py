"""Text files as lines and as JSON objects, with errors that say where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from mt.errors import InputError
from mt.files import Input, encoding_of, open_input

JSON_LINES = (".jsonl", ".ndjson", ".json")
STDIN = Path("-")


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, or of standard input for `-`; only \\n and \\r\\n end one.

    Raises:
        InputError: it cannot be read, or its encoding cannot be told.
    """
    item = Input(None if path == STDIN else path, PurePath(path.name))
    with open_input(item, encoding_of(item)) as file:
        lines = file.read().replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def read_objects(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Where each object of a JSON Lines file stands ("FILE, line N"), and the object.

    Raises:
        InputError: a line is not a JSON object. Empty lines are passed over.
    """
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            message = f"{place} is not JSON: {error.msg} at column {error.colno}"
            raise InputError(message) from error
        if not isinstance(value, dict):
            raise InputError(f"{place} is {kind(value)}, not a JSON object")
        yield place, value


def read_texts(path: Path, field: str) -> list[str]:
    """The texts of a file: its lines, or of JSON Lines (by suffix) one field of each object.

    Raises:
        InputError: it cannot be read, or an object has no such field; it says where.
    """
    if path.suffix.lower() not in JSON_LINES:
        return read_lines(path)
    return [text(value, field, place, required=True) for place, value in read_objects(path)]


def text(value: Mapping[str, object], field: str, place: str, *, required: bool = False) -> str:
    """A string field; empty if it is not there.

    Raises:
        InputError: it is no string, or it is required and not there.
    """
    if required and field not in value:
        fields = ", ".join(f"`{name}`" for name in value) or "no field at all"
        raise InputError(f"{place}: no `{field}`; it has {fields}")
    found = value.get(field, "")
    if not isinstance(found, str):
        raise InputError(f"{place}: `{field}` is {kind(found)}, not a string")
    return found


def texts(value: Mapping[str, object], field: str, place: str) -> tuple[str, ...]:
    """A field that is a list of strings; empty if it is not there.

    Raises:
        InputError: it is something else.
    """
    found = value.get(field, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise InputError(f"{place}: `{field}` is {kind(found)}, not a list of strings")
    return tuple(found)


def objects(value: Mapping[str, object], field: str, place: str) -> list[Mapping[str, object]]:
    """A field that is a list of objects; empty if it is not there.

    Raises:
        InputError: it is something else.
    """
    found = value.get(field, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise InputError(f"{place}: `{field}` is {kind(found)}, not a list of objects")
    return found


def kind(value: object) -> str:
    """What to call a JSON value.

    >>> kind(None), kind(True), kind([1])
    ('null', 'true or false', 'a list with a number')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return f"a list with {kind(value[0])}" if value else "an empty list"
        case _:
            return "an object"
