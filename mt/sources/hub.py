"""Models of the Hugging Face hub: only the files that are needed, checked, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import queue
import shutil
import threading
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from mt.errors import DownloadError, ModelNotFoundError
from mt.sources.local import LocalModel, Progress, silent
from mt.sources.trouble import explained, failures, one_line

if TYPE_CHECKING:
    from huggingface_hub import HFCacheInfo
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

# Everything but the weights. The hub also has copies for TensorFlow, Flax, Rust, ONNX …
_SMALL_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.*",
    "vocab.*",
    "merges.txt",
    "*.spm",
    "spiece.model",
    "sentencepiece*.model",
    "*vocabulary.*",  # CTranslate2
)
# The first that a repository has is taken: the file, or else the index and its parts.
_WEIGHTS = (
    ("model.safetensors", "model.safetensors.index.json", "model-*-of-*.safetensors"),
    ("pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-*-of-*.bin"),
    ("model.bin", "", ""),  # CTranslate2
)


def resolve(
    name: str,
    repo: str,
    revision: str = "main",
    *,
    offline: bool = False,
    refresh: bool = False,
    progress: Progress = silent,
) -> LocalModel:
    """The model of a repository at a branch, tag or commit; from the cache if it is there.

    Raises:
        ModelNotFoundError: the hub has no such model or revision.
        DownloadError: it could not be fetched, or is not in the cache and must not be fetched.
    """
    offline = offline or is_offline()
    folder = None if refresh and not offline else find(repo, revision)
    if folder is None and offline:
        raise DownloadError(
            f"{repo} is not in the cache, and the hub must not be asked (--offline or "
            f"HF_HUB_OFFLINE is set); with a network: tarjama models pull {name}"
        )
    folder = folder or download(repo, revision, progress=progress)
    return LocalModel(name, folder, f"{repo}@{folder.name}", folder.name)


def is_offline() -> bool:
    """Whether HF_HUB_OFFLINE is set."""
    from huggingface_hub import constants

    return constants.HF_HUB_OFFLINE


def find(repo: str, revision: str = "main") -> Path | None:
    """The snapshot in the cache, if it is whole; its name is the commit."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(repo, "config.json", revision=revision)
    if not isinstance(config, str) or not _has_weights(Path(config).parent):
        return None
    return Path(config).parent


def download(repo: str, revision: str = "main", *, progress: Progress = silent) -> Path:
    """Fetch what is missing of a model and return its snapshot.

    Small files come first and weights last, and only then does the name of the branch move to
    the new commit: a snapshot with weights has everything, and when a download breaks off, the
    snapshot before it stays in use.
    """
    from huggingface_hub import HfApi, constants, hf_hub_download

    with explained(repo, revision):
        timeout = constants.HF_HUB_ETAG_TIMEOUT
        info = HfApi().model_info(repo, revision=revision, timeout=timeout, files_metadata=True)
        commit = str(info.sha)
        files = [f for f in _needed(repo, info) if not _is_cached(repo, f.rfilename, commit)]
        size = sum(file.size or 0 for file in files)
        progress(f"fetching {repo} from {constants.ENDPOINT} ({size / 1e6:.0f} MB)")
        _check_disk(repo, size, Path(constants.HF_HUB_CACHE))
        for file in files:
            _check(repo, file, Path(hf_hub_download(repo, file.rfilename, revision=commit)))
        return Path(hf_hub_download(repo, "config.json", revision=revision)).parent


def silence(repo: str, seconds: float = 3.0) -> str | None:
    """Why a model cannot be had from the hub now; None if the hub answers for it in time."""
    from huggingface_hub import HfApi, constants

    if is_offline():
        return "HF_HUB_OFFLINE is set"
    answer: queue.Queue[str | None] = queue.Queue()

    def ask() -> None:
        try:
            HfApi().model_info(repo, timeout=seconds)
            answer.put(None)
        except failures() as error:
            answer.put(f"{constants.ENDPOINT} could not be used: {one_line(error)}")

    # A thread of its own, as looking up a name in DNS heeds no time-out.
    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.get(timeout=seconds)
    except queue.Empty:
        return f"{constants.ENDPOINT} did not answer within {seconds:g} s"


def cache_size() -> int:
    """Bytes of all that is in the hub's cache, other programs' models too."""
    cache = _scan()
    return cache.size_on_disk if cache else 0


def commits(repo: str) -> list[str]:
    """The commits of a model that the hub's cache has, whole or not."""
    cache = _scan()
    repos = cache.repos if cache else ()
    cached = [found for found in repos if (found.repo_type, found.repo_id) == ("model", repo)]
    return [revision.commit_hash for found in cached for revision in found.revisions]


def remove(repo: str) -> int:
    """Remove all revisions of a model from the hub's cache; the bytes freed."""
    cache = _scan()
    if cache is None or not (cached := commits(repo)):
        return 0
    strategy = cache.delete_revisions(*cached)
    strategy.execute()
    return strategy.expected_freed_size


def _scan() -> HFCacheInfo | None:
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        return scan_cache_dir()
    except CacheNotFound:
        return None


def _needed(repo: str, info: ModelInfo) -> list[RepoSibling]:
    """The files to fetch, weights last."""
    files = {file.rfilename: file for file in info.siblings or []}
    small = [n for n in files if any(fnmatchcase(n, pattern) for pattern in _SMALL_FILES)]
    for single, index, parts in _WEIGHTS if "config.json" in files else ():
        if single in files:
            return [files[name] for name in (*small, single)]
        if index in files:
            weights = sorted(name for name in files if fnmatchcase(name, parts))
            return [files[name] for name in (*small, index, *weights)]
    raise ModelNotFoundError(
        f"{repo} has no config.json with weights that can be loaded (model.safetensors, "
        "pytorch_model.bin or CTranslate2's model.bin); choose another: tarjama models list"
    )


def _has_weights(folder: Path) -> bool:
    for single, index, _ in _WEIGHTS:
        if (folder / single).is_file():
            return True
        if index and (folder / index).is_file():
            parts = json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values()
            return all((folder / part).is_file() for part in set(parts))
    return False


def _is_cached(repo: str, name: str, commit: str) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(repo, name, revision=commit), str)


def _check(repo: str, file: RepoSibling, path: Path) -> None:
    """Compare a new file with the hub's hash (the client compares sizes only); remove bad ones."""
    if file.lfs is not None:
        with path.open("rb") as stream:
            good = hashlib.file_digest(stream, "sha256").hexdigest() == file.lfs.sha256
    else:
        content = path.read_bytes()  # git's own hash; small, as it is not in LFS
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
        good = file.blob_id in (None, blob.hexdigest())
    if not good:
        path.resolve().unlink()
        path.unlink(missing_ok=True)
        raise DownloadError(
            f"{file.rfilename} of {repo} arrived damaged (its hash is not the hub's) and was "
            "removed; try again"
        )


def _check_disk(repo: str, size: int, cache: Path) -> None:
    """Refuse before the download what cannot fit."""
    existing = next(folder for folder in (cache, *cache.parents) if folder.exists())
    if (free := shutil.disk_usage(existing).free) < size:
        raise DownloadError(
            f"{repo} needs {size / 1e6:.0f} MB but {cache} has {free / 1e6:.0f} MB free; "
            "make room, or set HF_HOME to another disk"
        )
