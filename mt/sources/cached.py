"""Which models are on this machine, how much room they take, and how to be rid of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from mt.backends import conversion
from mt.errors import DownloadError, InputError
from mt.sources import hub, resolve, source_of, unpacked
from mt.sources.local import LocalModel, size_on_disk


def find(name: str) -> LocalModel | None:
    """The model if it is ready to load; fetches, unpacks and converts nothing.

    Raises:
        ModelError: the name stands for nothing that can be loaded.
    """
    source = source_of(name)
    if unpacked.is_unpacked(source):
        folder = unpacked.model_folder(source)
        if folder is None or not folder.is_dir():
            return None
    try:
        return resolve(name, offline=True)
    except DownloadError:
        return None


def size(local: LocalModel) -> int:
    """Bytes of a model and of what CTranslate2 made of it."""
    return sum(size_on_disk(path) for path in (local.folder, *_conversions(local.identity)))


def remove(name: str) -> int:
    """Remove a model and what was made of it; the bytes freed, 0 if it was not there.

    Raises:
        InputError: the name is a folder, which is the user's to remove.
        ModelError: the name stands for nothing that could be there.
    """
    source = source_of(name)
    local = find(name)
    if local is not None and local.identity.startswith("folder:"):
        raise InputError(f"{name} is a folder of yours; remove it yourself")
    repo = source.partition("@")[0]
    if is_packaged := unpacked.is_unpacked(source):
        identities = {folder.name for folder in unpacked.made(source)}
    else:
        identities = {f"{repo}@{commit}" for commit in hub.commits(repo)}
    if local is not None:
        identities.add(local.identity)
    made = [path for identity in identities for path in _conversions(identity)]
    freed = sum(size_on_disk(path) for path in made)
    for path in made:
        shutil.rmtree(path)
    return freed + (unpacked.remove(source) if is_packaged else hub.remove(repo))


def _conversions(identity: str) -> list[Path]:
    """What CTranslate2 made of a model, one folder for each quantization."""
    pattern = conversion.key(identity, "*")
    return [path for path in conversion.cache_folder().glob(pattern) if path.is_dir()]
