"""The one seam of the toolkit: a backend turns source strings into hypotheses.

Translating and summarizing are two thin layers of text handling over it. Each backend is one
file; this one holds what they share and imports none of them, so that `import mt` loads no torch.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mt.errors import ModelError

if TYPE_CHECKING:
    from mt.backends.folder import ModelFolder

logger = logging.getLogger(__name__)

KINDS = ("auto", "seq2seq", "causal", "ctranslate2")
DEVICES = ("auto", "cpu", "cuda", "mps")  # and cuda:N
QUANTIZATIONS = ("auto", "none", "int8", "float16", "bfloat16")


@dataclass(frozen=True)
class DecodingOptions:
    """How a model searches for its output; its own `generation_config.json` gives the defaults."""

    beam_size: int = 4  # hypotheses kept in the search; 1 is greedy
    length_penalty: float = 1.0  # alpha (arXiv:1609.08144); above 1 favours long output
    max_new_tokens: int = 256  # an output that reaches it is marked as truncated
    min_new_tokens: int = 0
    no_repeat_ngram_size: int = 0  # no n-gram of tokens comes twice; 0 is off
    repetition_penalty: float = 1.0  # arXiv:1909.05858; 1 is off


@dataclass(frozen=True)
class Hypothesis:
    """What a model produced for one source."""

    text: str
    score: float | None = None  # mean log-probability of a token, where the backend knows it
    tokens: int = 0  # produced, the end mark not counted
    truncated: bool = False  # stopped by max_new_tokens, not by the model


@dataclass(frozen=True)
class Task:
    """What a model is asked to do.

    Languages are ISO 639-1; a model's own codes (`arb_Arab`, `ar_AR`) stay in its backend.
    """

    name: str = "translate"  # or "summarize"
    source_language: str = "ar"
    target_language: str = "en"
    prompt: str = "{source}"  # what a chat model is told; other models get the source alone


class Backend(Protocol):
    """A loaded model. It gets batches that fit; sorting, batching and order are the caller's."""

    name: str  # "seq2seq", "causal" or "ctranslate2"
    task: Task  # what it was loaded for
    device: str  # "cpu", "cuda:0", "mps"
    quantization: str  # "none", "int8", "float16", "bfloat16"
    max_source_tokens: int  # of one source, as count_tokens counts it
    defaults: DecodingOptions  # the model's own

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """The number of tokens that each source takes of max_source_tokens; nothing is cut."""
        ...

    def unknown_characters(self, characters: str) -> set[str]:
        """Those characters that the vocabulary can only write as unknown or as loose bytes."""
        ...

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        """One hypothesis for each source, in the same order.

        Raises OutOfMemory if the batch is too large for the device; a smaller one may fit.
        """
        ...


class NotConvertible(ModelError):
    """CTranslate2 does not know this class of model; transformers may run it all the same."""


def load_backend(
    folder: Path,
    task: Task | None = None,
    *,
    identity: str | None = None,
    kind: str = "auto",
    device: str = "auto",
    quantization: str = "auto",
) -> Backend:
    """Load the model in a folder.

    Args:
        folder: Hugging Face files (`config.json`, weights, tokenizer), or a CTranslate2 model.
        identity: changes whenever the weights do, and keys the cache of conversions; made from
            the files of the folder if not given.
        kind: auto, seq2seq, causal or ctranslate2.

    Raises:
        ModelError: the folder holds no model, or one that this backend cannot run.
    """
    # Imported here, and the engines in the functions below: `import mt` must stay light.
    from mt.backends.folder import ModelFolder

    check_names(kind, device, quantization)
    found = ModelFolder.read(folder)
    task = task or Task()
    if kind in ("seq2seq", "causal"):
        return _load_transformers(found, task, kind, device, quantization)
    if kind == "ctranslate2":
        return _load_ct2(found, task, identity, device, quantization)
    return _load_best(found, task, identity, device, quantization)


def _load_best(
    folder: ModelFolder, task: Task, identity: str | None, device: str, quantization: str
) -> Backend:
    """CTranslate2 where it knows the model and the device, PyTorch where it does not."""
    if device != "mps":
        try:
            return _load_ct2(folder, task, identity, device, quantization)
        except NotConvertible as error:
            logger.info("%s; PyTorch runs it", error)
    kind = "seq2seq" if folder.is_encoder_decoder else "causal"
    return _load_transformers(folder, task, kind, device, quantization)


def _load_ct2(
    folder: ModelFolder, task: Task, identity: str | None, device: str, quantization: str
) -> Backend:
    from mt.backends.ct2 import CTranslate2Backend

    return CTranslate2Backend(
        folder,
        task,
        identity=identity or folder.identity(),
        device=device,
        quantization=quantization,
    )


def _load_transformers(
    folder: ModelFolder, task: Task, kind: str, device: str, quantization: str
) -> Backend:
    if folder.is_converted:
        raise ModelError(f"{folder.path} is a CTranslate2 model; choose --backend ctranslate2")
    if folder.is_encoder_decoder != (kind == "seq2seq"):
        fitting = "seq2seq" if folder.is_encoder_decoder else "causal"
        raise ModelError(
            f"{folder.model_type or 'this'} models need --backend {fitting}, not {kind}"
        )
    if kind == "causal":
        from mt.backends.causal import CausalBackend

        return CausalBackend(folder, task, device=device, quantization=quantization)
    from mt.backends.seq2seq import Seq2SeqBackend

    return Seq2SeqBackend(folder, task, device=device, quantization=quantization)


def check_names(kind: str = "auto", device: str = "auto", quantization: str = "auto") -> None:
    """See whether there are such things at all; not whether this machine has them.

    Raises:
        ModelError: one of them is not known.
    """
    _check("backend", kind, KINDS)
    _check("quantization", quantization, QUANTIZATIONS)
    is_numbered = re.fullmatch("cuda:[0-9]+", device) is not None
    _check("device", "cuda" if is_numbered else device, DEVICES)


def _check(what: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ModelError(f"unknown {what} {value!r}; choose from {', '.join(choices)}")
