"""Converts a Hugging Face model to CTranslate2, once, into the user's cache.

A conversion is written beside its final place and renamed when it is whole, under a lock that
the system releases when a process dies: two processes convert once, and one that is killed
leaves nothing that could be taken for a model. What it leaves is removed by the next one.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import shutil
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from mt.backends.folder import ModelFolder
from mt.errors import ModelError, is_disk_full

logger = logging.getLogger(__name__)

_LAYOUT = 1  # raise it when other files are written beside the model


def cache_folder() -> Path:
    """Where the conversions are; nothing else is in there."""
    return user_cache_path("tarjama") / "ctranslate2"


def converted(folder: ModelFolder, identity: str, quantization: str) -> Path:
    """The CTranslate2 form of a model, made now if it is not in the cache.

    Args:
        identity: changes whenever the weights do.
        quantization: none, int8, float16 or bfloat16.

    Raises:
        NotConvertible: CTranslate2 has no such class of model.
        ModelError: the model is damaged, or the cache cannot be written.
    """
    target = cache_folder() / key(identity, quantization)
    if (target / "model.bin").is_file():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f"{target.name}.lock")):
            if not (target / "model.bin").is_file():  # else another process was faster
                _convert_into(target, folder, quantization)
    except OSError as error:
        advice = "make room on the disk" if is_disk_full(error) else "set XDG_CACHE_HOME"
        raise ModelError(
            f"cannot write the converted model to {target.parent} ({error.strerror or error}); "
            f"{advice}, or choose --backend seq2seq or causal"
        ) from error
    return target


def _convert_into(target: Path, folder: ModelFolder, quantization: str) -> None:
    # Imported here because it brings torch and transformers, which a converted model never needs.
    from mt.backends.converter import convert

    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # left by a process that was killed
    logger.info("converting %s to CTranslate2 (%s), once", folder.path, quantization)
    try:
        convert(folder, part, quantization)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def key(identity: str, quantization: str) -> str:
    """The name of a conversion in the cache."""
    version = importlib.metadata.version("ctranslate2")
    digest = hashlib.sha256(f"{_LAYOUT} {version} {identity}".encode()).hexdigest()
    return f"{digest[:24]}-{quantization}"
