"""Loads models into PyTorch: files, device, precision, and what goes wrong with them."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import GenerationConfig

from mt.backends.folder import FETCH_AGAIN, ModelFolder
from mt.errors import ModelError, is_disk_full

_DTYPES = {"none": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
# These overflow in float16, which has no room for the large values they were trained with.
_WIDE = {"t5", "mt5", "umt5", "gemma", "gemma2", "gemma3", "gemma3_text", "pegasus"}


def load_config(folder: ModelFolder) -> Any:
    """The model's configuration.

    Raises:
        ModelError: transformers knows no such class of model.
    """
    try:
        return transformers.AutoConfig.from_pretrained(folder.path, trust_remote_code=False)
    except (ValueError, KeyError) as error:
        raise ModelError(
            f"transformers {transformers.__version__} knows no {folder.model_type!r} models "
            f"({folder.path}); choose another model"
        ) from error


def load_tokenizer(folder: ModelFolder) -> Any:
    """The model's tokenizer, as transformers makes it from the files in the folder."""
    return transformers.AutoTokenizer.from_pretrained(folder.path, trust_remote_code=False)


class TransformersTokenizer:
    """A tokenizer of transformers as a `mt.backends.tokenizer.TextTokenizer`."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.vocabulary = frozenset(tokenizer.get_vocab())

    def encode(self, texts: Sequence[str], *, marks: bool) -> list[list[str]]:
        encoded = self._tokenizer(list(texts), add_special_tokens=marks)["input_ids"]
        return [self._tokenizer.convert_ids_to_tokens(ids) for ids in encoded]

    def decode(self, tokens: Sequence[str]) -> str:
        ids = self._tokenizer.convert_tokens_to_ids(list(tokens))
        return str(self._tokenizer.decode(ids, skip_special_tokens=True)).strip()


def load_model(auto_class: Any, folder: ModelFolder, device: str, quantization: str) -> Any:
    """The model on its device, ready to generate; its weights are never unpickled."""
    model = auto_class.from_pretrained(
        folder.path,
        dtype=_DTYPES[quantization],
        trust_remote_code=False,
        weights_only=True,
    )
    # What generate is not told it takes from here: a model's own ban on repeats, or its forced
    # last token, would come back however it is called. Only the names of the marks stay.
    own = model.generation_config
    start = own.decoder_start_token_id
    if start is None:
        start = getattr(model.config, "decoder_start_token_id", None)
    settings: Any = GenerationConfig  # untyped
    model.generation_config = settings(
        pad_token_id=own.pad_token_id,
        bos_token_id=own.bos_token_id,
        eos_token_id=own.eos_token_id,
        decoder_start_token_id=start,
    )
    return model.to(device).eval()


@contextmanager
def loading(folder: ModelFolder) -> Iterator[None]:
    """Loads in silence, and says in our words what went wrong with the files."""
    with quiet():
        try:
            yield
        except (SafetensorError, pickle.UnpicklingError, EOFError) as error:
            raise ModelError(
                f"the weights in {folder.path} are damaged ({error}); {FETCH_AGAIN}"
            ) from error
        except OSError as error:
            if is_disk_full(error):
                raise  # a conversion writes as well, and who keeps it knows where to make room
            raise ModelError(f"cannot load the model in {folder.path}: {error}") from error
        except (ImportError, ValueError, RuntimeError) as error:
            raise ModelError(f"cannot load the model in {folder.path}: {error}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Silences transformers' own bars, advice and warnings."""
    log: Any = transformers.logging  # untyped
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()


def torch_device(device: str) -> str:
    """The device by its full name; `auto` is the first CUDA device, or the CPU.

    Raises:
        ModelError: there is no such device here.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = device.partition(":")
    count = torch.cuda.device_count() if kind == "cuda" else 1
    if kind == "cuda" and int(index or 0) >= count:
        raise ModelError(f"no device {device!r}: PyTorch sees {count} CUDA devices; try cpu")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ModelError("no device 'mps' here; try cpu")
    return f"cuda:{index or 0}" if kind == "cuda" else device


def torch_quantization(quantization: str, device: str, folder: ModelFolder) -> str:
    """The precision that `auto` stands for; any other is checked.

    Raises:
        ModelError: PyTorch does not offer it here.
    """
    if quantization == "auto":
        if device == "cpu":
            return "none"
        return "bfloat16" if folder.model_type in _WIDE else "float16"
    if quantization not in _DTYPES:
        choices = ", ".join(_DTYPES)
        raise ModelError(
            f"{quantization} needs the ctranslate2 backend; choose it, or one of {choices}"
        )
    return quantization
