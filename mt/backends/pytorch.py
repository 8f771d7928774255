"""What the two backends that run in PyTorch share: loading a folder, and one call of generate."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import (
    GenerationConfig,
    LogitNormalization,
    LogitsProcessor,
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from mt.backends import DecodingOptions
from mt.backends.folder import ModelFolder
from mt.errors import ModelError, OutOfMemory

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
                f"the weights in {folder.path} are damaged ({error}); fetch the model again"
            ) from error
        except OSError as error:
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


def decode(
    model: Any,
    inputs: dict[str, torch.Tensor],
    options: DecodingOptions,
    *,
    prompt: int,
    forced_bos: int | None = None,
    longest: int,
    suppressed: Sequence[int] = (),
    end_ids: Sequence[int],
) -> list[tuple[list[int], float, bool]]:
    """For each input the ids produced, their mean log-probability, and whether they ended.

    Searches as CTranslate2 does, so that both give the same words: probabilities are made to sum
    to one again after tokens were banned, a beam search stops when `beam_size` hypotheses are
    complete, after a forced token only the best beam may end at once, and only what the model
    itself wrote counts as repeated, not its prompt.

    Args:
        prompt: tokens at the head of each output that the model did not produce.
        longest: an output never gets longer than this, whatever the options say.
    """
    forced = 0 if forced_bos is None else 1
    steps = min(options.max_new_tokens + forced, longest)
    scores = _Scores(options.beam_size)
    processors = [*_history(options, prompt), LogitNormalization()]
    if forced and options.beam_size > 1:
        processors.append(_NoEmptyOutput(prompt + forced, end_ids))
    settings: Any = GenerationConfig  # untyped
    config = settings(
        num_beams=options.beam_size,
        length_penalty=options.length_penalty if options.beam_size > 1 else 1.0,
        early_stopping=options.beam_size > 1,
        max_new_tokens=steps,
        min_new_tokens=min(options.min_new_tokens + forced, steps),
        do_sample=False,
        forced_bos_token_id=forced_bos,
        suppress_tokens=list(suppressed) or None,
        eos_token_id=list(end_ids),
        pad_token_id=model.generation_config.pad_token_id or end_ids[0],
        return_dict_in_generate=True,
    )
    with quiet(), _our_errors(), torch.inference_mode():
        found = model.generate(
            **inputs,
            generation_config=config,
            logits_processor=LogitsProcessorList([*processors, scores]),
        )
    beams = getattr(found, "beam_indices", None)
    outputs = []
    for row, ids in enumerate(found.sequences[:, prompt:].tolist()):
        own = _up_to_end(ids, set(end_ids))
        path = [row] * len(own) if beams is None else beams[row].tolist()
        total = scores.of(own, path)
        ended = bool(own) and own[-1] in end_ids
        body = own[forced:-1] if ended else own[forced:]
        outputs.append((body, total / max(1, len(own) - forced), ended))
    return outputs


class _Scores(LogitsProcessor):
    """Remembers the log-probability of each token that the search may choose.

    transformers could return them, but only by keeping the whole vocabulary for every step:
    gigabytes for a batch of NLLB. Twice the beam is all that a search step looks at.
    """

    def __init__(self, beam_size: int) -> None:
        self._kept = 2 * beam_size
        self._steps: list[list[dict[int, float]]] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        best = scores.float().topk(min(self._kept, scores.shape[-1]))
        rows = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        self._steps.append([dict(zip(ids, values, strict=True)) for ids, values in rows])
        return scores

    def of(self, ids: Sequence[int], path: Sequence[int]) -> float:
        """The sum over an output, whose token at each step was written by the row in `path`."""
        steps = zip(ids, path, self._steps, strict=False)
        return sum(step[row].get(token, 0.0) for token, row, step in steps)


class _NoEmptyOutput(LogitsProcessor):
    """At the first free token, lets an output end only where that is the likeliest of all.

    Else empty hypotheses fill the beam and stop the search (OpenNMT/CTranslate2#277).
    """

    def __init__(self, first: int, end_ids: Sequence[int]) -> None:
        self._first = first
        self._ends = list(end_ids)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if input_ids.shape[1] != self._first:
            return scores
        best = scores.max(-1, keepdim=True).values
        ends = scores[:, self._ends]
        scores = scores.clone()
        scores[:, self._ends] = ends.masked_fill(ends < best, -torch.inf)
        return scores


class _Written(LogitsProcessor):
    """Shows another processor only what the model wrote, not the prompt.

    Else a name or a number of the source could not be repeated in its translation.
    """

    def __init__(self, inner: LogitsProcessor, prompt: int) -> None:
        self._inner = inner
        self._prompt = prompt

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        written = input_ids[:, self._prompt :]
        return self._inner(written, scores) if written.shape[1] else scores


def _history(options: DecodingOptions, prompt: int) -> Iterator[LogitsProcessor]:
    if options.repetition_penalty != 1:
        yield _Written(RepetitionPenaltyLogitsProcessor(options.repetition_penalty), prompt)
    if options.no_repeat_ngram_size:
        yield _Written(NoRepeatNGramLogitsProcessor(options.no_repeat_ngram_size), prompt)


def _up_to_end(ids: list[int], ends: set[int]) -> list[int]:
    for position, token in enumerate(ids):
        if token in ends:
            return ids[: position + 1]
    return ids


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemory("a batch did not fit into memory; use smaller ones") from error
    except RuntimeError as error:
        if "out of memory" in str(error) or "can't allocate memory" in str(error):
            raise OutOfMemory("a batch did not fit into memory; use smaller ones") from error
        raise
