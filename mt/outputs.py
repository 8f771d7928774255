"""How files are written: whole or not at all, and into a folder by one run at a time."""

from __future__ import annotations

import filecmp
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from mt.errors import InputError

ERRORS = "backslashreplace"  # half a character has no form in UTF-8; written as in JSON: \ud83d
_UNFINISHED = ".tarjama-"  # begins the names of files that are being written


class NewFile:
    """A file written beside `path`, whose place it takes when it is kept.

    What is no regular file, such as a pipe or /dev/null, is never replaced but written at once.

    Raises:
        OSError: here, in `write` or in `keep`; what was at `path` before is still there.
    """

    def __init__(self, path: Path) -> None:
        self._temporary: Path | None = None
        if path.exists() and not path.is_file():
            self._file: IO[str] = path.open("w", encoding="utf-8", newline="", errors=ERRORS)
            return
        self._path = Path(os.path.realpath(path))  # a link stays, and what it names is replaced
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Not called after the file: with more letters, a long name in Arabic would be too long.
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=_UNFINISHED)
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="", errors=ERRORS)
        self._temporary = Path(name)

    def write(self, text: str) -> None:
        """Add to the file."""
        self._file.write(text)

    def keep(self) -> bool:
        """Put the file in its place; False if just this was there, which then keeps its date."""
        self._file.close()
        if self._temporary is None:
            return True
        exists = self._path.exists()
        if exists and filecmp.cmp(self._temporary, self._path, shallow=False):
            self.discard()
            return False
        mode = self._path.stat().st_mode if exists else 0o666 & ~_umask()
        self._temporary.chmod(stat.S_IMODE(mode))
        self._temporary.replace(self._path)
        self._temporary = None
        return True

    def discard(self) -> None:
        """Leave nothing of the file, unless it was kept."""
        with suppress(OSError):  # a full disk, again
            self._file.close()
        if self._temporary:
            self._temporary.unlink(missing_ok=True)


def cannot_write(path: Path | str, error: OSError) -> InputError:
    """What to raise, or to say, when an output could not be written."""
    return InputError(f"cannot write {path}: {error.strerror}")


@contextmanager
def replacing(path: Path) -> Iterator[NewFile]:
    """A file to write that takes the place of `path` when the block ends without an error.

    Raises:
        InputError: it cannot be written; what was at `path` before is still there.
    """
    try:
        file = NewFile(path)
        try:
            yield file
            file.keep()
        finally:
            file.discard()
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def locked(folder: Path | None) -> Iterator[None]:
    """Keeps other runs out of an output folder; without one there is nothing to lock.

    Raises:
        InputError: another run is writing into the folder, or it cannot be written.
    """
    if folder is None:
        yield
        return
    lock = FileLock(folder / ".tarjama.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise InputError(
            f"another run is writing into {folder}; wait for it, or choose another --output"
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        for left in folder.rglob(f"{_UNFINISHED}*"):  # by a run that was killed
            left.unlink(missing_ok=True)
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)  # or it could be another run's already
        lock.release()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
