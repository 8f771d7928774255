"""Which files are read and which are written: inputs found, outputs mapped, text decoded.

Everything that can be known to be wrong with files is said here, before a model loads.
"""

from __future__ import annotations

import codecs
import glob
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TextIO

from mt.errors import InputError
from mt.formats import is_known

_STDIN = "-"
_STDOUT = ("-", "/dev/stdout")  # perhaps a file in which a shell goes on: never replaced


@dataclass(frozen=True)
class Input:
    """A file to read (None: standard input), and its place below an output folder."""

    path: Path | None
    place: PurePath
    in_folder: bool = False  # the user named its folder, not the file

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.path) if self.path else "standard input"

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input, or a pipe such as <(zcat a.gz)."""
        return self.path is None or not self.path.is_file()


def find_inputs(arguments: Sequence[str], output: Path | str | None = None) -> list[Input]:
    """The inputs that the arguments name: files, folders, patterns, `-` for standard input.

    A folder stands for the files below it whose suffix is known; hidden ones and linked folders
    are left out, and so is the output folder. Without arguments it is standard input.

    Raises:
        InputError: an argument names nothing, or what must not be read.
    """
    inputs: dict[Path | None, Input] = {}
    without = os.path.realpath(output) if output else None
    try:
        for argument in arguments or [_STDIN]:
            for item in _inputs(argument, without):
                inputs.setdefault(item.path.resolve() if item.path else None, item)
    except OSError as error:
        raise InputError(f"cannot read {error.filename}: {error.strerror}") from error
    return list(inputs.values())


def _inputs(argument: str, without: str | None) -> list[Input]:
    if argument == _STDIN:
        return [Input(None, PurePath("standard-input.txt"))]
    path = Path(argument)
    if path.is_dir():
        files = _files_below(path, without)
        found = [Input(file, file.relative_to(path), True) for file in files]
        if not found:
            raise InputError(f"{argument} has no files to read (.txt, .jsonl, .csv, .tsv)")
        return found
    if path.exists():
        return [Input(path, PurePath(path.name))]
    matches = sorted(glob.glob(argument, recursive=True)) if glob.has_magic(argument) else []
    if matches:
        return [item for match in matches for item in _inputs(match, without)]
    raise InputError(f"{argument}: no such file or folder")


def _files_below(folder: Path, without: str | None) -> Iterator[Path]:
    for where, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(where, name)) != without
        )
        for name in sorted(names):
            path = Path(where, name)
            if not name.startswith(".") and is_known(path.suffix) and path.is_file():
                yield path


def _refuse(error: OSError) -> None:
    raise error  # os.walk would leave out what it cannot read, without a word


def map_outputs(
    inputs: Sequence[Input], output: Path | str | None, suffix: str | None = None
) -> dict[Input, Path | None]:
    """Where the result of each input goes; None is standard output, and so is `-`.

    One input file goes to a file, several, or a folder, into a folder with the same tree.

    Args:
        output: a folder if it ends with a slash, as text can and a Path cannot.
        suffix: takes the place of the input's own.

    Raises:
        InputError: a result would overwrite an input or another result, or has no place.
    """
    if output is None or output in _STDOUT:
        return dict.fromkeys(inputs)
    means_folder = str(output).endswith(("/", os.sep))
    output = Path(output)
    single = len(inputs) == 1 and not inputs[0].in_folder
    # os.path says no where Path would raise: below a folder that must not be entered.
    if single and not means_folder and not os.path.isdir(output):
        mapped: dict[Input, Path | None] = {inputs[0]: output}
    else:
        if os.path.exists(output) and not os.path.isdir(output):
            raise InputError(
                f"{output} is a file, but a folder is needed; choose another --output"
            )
        mapped = {
            item: output / (item.place.with_suffix(suffix) if suffix else item.place)
            for item in inputs
        }
    sources = {os.path.realpath(item.path) for item in inputs if item.path}
    taken: dict[str, Input] = {}
    for item, path in mapped.items():
        place = os.path.realpath(path) if path else ""
        if place in sources:
            raise InputError(f"{path} is an input; choose another --output")
        if place in taken:
            raise InputError(
                f"{item.name} and {taken[place].name} would both be written to {path}; "
                "give their common folder as the input"
            )
        taken[place] = item
    _check_writable(output)
    return mapped


def output_folder(output: Path | str | None, outputs: Mapping[Input, Path | None]) -> Path | None:
    """The folder that the outputs are mapped into; None if it is a file, or standard output."""
    if output is None or output in _STDOUT or Path(output) in outputs.values():
        return None
    return Path(output)


def _check_writable(output: Path) -> None:
    if os.path.exists(output) and not os.path.isfile(output) and not os.path.isdir(output):
        if not os.access(output, os.W_OK):
            raise InputError(f"cannot write {output}: no permission")
        return
    path = Path(os.path.realpath(output))
    folder = path if os.path.isdir(path) else path.parent
    while not os.path.exists(folder):
        folder = folder.parent
    if not os.path.isdir(folder):
        raise InputError(f"cannot write {output}: {folder} is not a folder")
    if not os.access(folder, os.W_OK):
        raise InputError(f"cannot write {output}: no permission to write into {folder}")


def encoding_of(item: Input) -> str:
    """The encoding of a file: UTF-8, with or without its mark, or else what it seems to be.

    Raises:
        InputError: the file cannot be read, is not text, or its encoding cannot be told.
    """
    if item.path is None or item.is_stream:
        return "utf-8-sig"
    try:
        with item.path.open("rb") as file:
            start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        return _encoding_of_bytes(item.path, item.name)
    except OSError as error:
        raise InputError(f"cannot read {item.name}: {error.strerror}") from error


def _encoding_of_bytes(path: Path, name: str) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if b"\0" in block:
                raise InputError(
                    f"{name} is not text: it has a NUL byte at offset {offset + block.index(0)}"
                )
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                # The decoder may have kept bytes of the block before.
                offset += len(block) - len(error.object) + error.start
                return _guess_encoding(path, name, offset)
            offset += len(block)
    kept, _ = decoder.getstate()
    if kept:
        raise InputError(
            f"{name} ends within a character of UTF-8 (byte 0x{kept[0]:02x} at offset "
            f"{offset - len(kept)}); it seems to be cut off"
        )
    return "utf-8-sig"


def _guess_encoding(path: Path, name: str, offset: int) -> str:
    """The Arabic encoding that suits a file which is not UTF-8 at the offset."""
    from charset_normalizer import from_bytes

    with path.open("rb") as file:
        sample = file.read(1 << 18)
    guess = from_bytes(sample, cp_isolation=["cp1256", "iso8859_6", "mac_arabic"]).best()
    if guess is None:
        raise InputError(
            f"{name} is not UTF-8 (byte 0x{_byte_at(path, offset):02x} at offset {offset}); "
            "convert it first, for example: iconv -f WINDOWS-1256 -t UTF-8"
        )
    return guess.encoding


def _byte_at(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(1)[0]


@contextmanager
def open_input(item: Input, encoding: str) -> Iterator[TextIO]:
    """The text of an input, its line ends as they are.

    Raises:
        InputError: while it is read, if it is not in this encoding or cannot be read on.
    """
    try:
        if item.path is None:
            file = io.TextIOWrapper(sys.stdin.buffer, encoding=encoding, newline="")
            yield file
            file.detach()  # closing standard input is not ours to do
        else:
            with item.path.open(encoding=encoding, newline="") as file:
                yield file
    except UnicodeDecodeError as error:
        raise InputError(
            f"{item.name} is not UTF-8 (byte 0x{error.object[error.start]:02x}); "
            "convert it first, for example: iconv -f WINDOWS-1256 -t UTF-8"
        ) from error
    except OSError as error:
        raise InputError(f"cannot read {item.name}: {error.strerror}") from error
