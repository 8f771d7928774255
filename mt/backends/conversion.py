"""Converts a Hugging Face model to CTranslate2, once, into the user's cache.

A conversion is written beside its final place and renamed when it is whole, under a lock that
the system releases when a process dies: two processes convert once, and one that is killed
leaves nothing that could be taken for a model. What it leaves is removed by the next one.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.metadata
import logging
import shutil
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from mt.backends.folder import ORIGINAL_CONFIG, ModelFolder
from mt.errors import ModelError

logger = logging.getLogger(__name__)

_LAYOUT = 1  # raise it when other files are written beside the model
_COPIED = (
    "generation_config.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)
_SLOW_TOKENIZER = ("source.spm", "target.spm", "sentencepiece.bpe.model", "spiece.model")


class NotConvertible(ModelError):
    """CTranslate2 does not know this class of model; transformers may run it all the same."""


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
    target = cache_folder() / _key(identity, quantization)
    if (target / "model.bin").is_file():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f"{target.name}.lock")):
            if not (target / "model.bin").is_file():  # else another process was faster
                _convert_into(target, folder, quantization)
    except OSError as error:
        advice = "make room on the disk" if error.errno == errno.ENOSPC else "set XDG_CACHE_HOME"
        raise ModelError(
            f"cannot write the converted model to {target.parent} ({error.strerror or error}); "
            f"{advice}, or choose --backend seq2seq or causal"
        ) from error
    return target


def _convert_into(target: Path, folder: ModelFolder, quantization: str) -> None:
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # left by a process that was killed
    logger.info("converting %s to CTranslate2 (%s), once", folder.path, quantization)
    try:
        _convert(folder, part, quantization)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _convert(folder: ModelFolder, part: Path, quantization: str) -> None:
    # Imported here because they bring torch and transformers, which a converted model never needs.
    from ctranslate2.converters import TransformersConverter

    from mt.backends.pytorch import load_config, load_tokenizer, loading

    with loading(folder):
        load_config(folder)  # an unknown class, said in our words
        tokenizer = load_tokenizer(folder)
        converter = TransformersConverter(str(folder.path))
        wanted = "float32" if quantization == "none" else quantization
        try:
            converter.convert(str(part), quantization=wanted)
        except (ValueError, NotImplementedError, KeyError, AttributeError) as error:
            # How its loaders fail on a class, or a variant of one, that they were not written for.
            raise NotConvertible(
                f"CTranslate2 cannot convert {folder.model_type or 'this'} models ({error}); "
                "choose --backend seq2seq or causal"
            ) from error
    for name in _COPIED:
        if (folder.path / name).is_file():
            shutil.copyfile(folder.path / name, part / name)
    shutil.copyfile(folder.path / "config.json", part / ORIGINAL_CONFIG)
    if tokenizer.is_fast:
        tokenizer.backend_tokenizer.save(str(part / "tokenizer.json"))
    else:
        for name in _SLOW_TOKENIZER:
            if (folder.path / name).is_file():
                shutil.copyfile(folder.path / name, part / name)


def _key(identity: str, quantization: str) -> str:
    version = importlib.metadata.version("ctranslate2")
    digest = hashlib.sha256(f"{_LAYOUT} {version} {identity}".encode()).hexdigest()
    return f"{digest[:24]}-{quantization}"
