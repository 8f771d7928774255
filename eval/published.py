"""Test sets that others publish: fetched when first asked for, then read from their cache."""

from __future__ import annotations

from pathlib import Path

from eval.reading import read_lines
from mt.errors import DownloadError, InputError
from mt.sources.hub import is_offline
from mt.sources.trouble import explained, one_line

_PAIR = "ar-en"


def sacrebleu_set(name: str, *, offline: bool = False) -> list[tuple[str, str, str]]:
    """Document, source and first reference of each segment of a set that sacreBLEU knows.

    Raises:
        InputError: sacreBLEU has no such set from Arabic into English.
        DownloadError: it could not be fetched, or is not in the cache and must not be fetched.
    """
    from sacrebleu.dataset import DATASETS

    known = [key for key, dataset in DATASETS.items() if _PAIR in dataset.langpairs]
    if name not in known:
        raise InputError(
            f"sacreBLEU has no set {name!r} from Arabic into English; it has {', '.join(known)}"
        )
    dataset = DATASETS[name]
    fields = dataset.fieldnames(_PAIR)
    kept = [Path(dataset._get_txt_file_path(_PAIR, field)) for field in fields]  # type: ignore[no-untyped-call]
    if (offline or is_offline()) and not all(map(Path.exists, kept)):
        raise DownloadError(
            f"{name} is not in {kept[0].parent} and must not be fetched (--offline or "
            "HF_HUB_OFFLINE is set); with a network, leave that out once"
        )
    try:
        dataset.get_files(_PAIR)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise DownloadError(
            f"{name} could not be fetched ({one_line(error)}); check the network"
        ) from error
    except SystemExit as error:  # sacreBLEU has said why, on standard error
        raise DownloadError(f"{name} could not be fetched; see above") from error
    # Last first, so that of several references (ref:0, ref:1) the first is what stays.
    pairs = reversed(list(zip(fields, kept, strict=True)))
    columns = {field.partition(":")[0]: read_lines(path) for field, path in pairs}
    sources = columns["src"]
    documents = columns.get("docid", [name] * len(sources))
    return list(zip(documents, sources, columns["ref"], strict=True))


def hub_file(name: str, *, offline: bool = False) -> Path:
    """The file of a data set of the hub, by OWNER/NAME#FILE or OWNER/NAME@REVISION#FILE.

    Raises:
        InputError: the name has not this form.
        DownloadError: it could not be fetched, or is not in the cache and must not be fetched.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    place, _, file = name.partition("#")
    repo, _, revision = place.partition("@")
    if repo.count("/") != 1 or not file:
        raise InputError(f"hub:{name} names no file; write hub:OWNER/NAME#FILE")
    offline = offline or is_offline()
    try:
        with explained(f"datasets/{repo}", revision or "main"):
            return Path(
                hf_hub_download(
                    repo,
                    file,
                    repo_type="dataset",
                    revision=revision or None,
                    local_files_only=offline,
                )
            )
    except DownloadError as error:
        if offline and isinstance(error.__cause__, LocalEntryNotFoundError):
            raise DownloadError(
                f"{file} of {repo} is not in the cache and must not be fetched (--offline or "
                "HF_HUB_OFFLINE is set); with a network, leave that out once"
            ) from error
        raise
