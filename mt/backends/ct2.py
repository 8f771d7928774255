"""Models in CTranslate2: on a CPU several times as fast as transformers, with the same words.

Runs without transformers and torch once a model is converted. CTranslate2 would cut a source at
1024 tokens and an output at 256 without a word; here both limits are always given.

Both engines rank a hypothesis by the sum of its log-probabilities over length**length_penalty.
For transformers that length has the end mark in it, so CTranslate2 is told to keep the end mark.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import ctranslate2  # type: ignore[import-untyped]

from mt.backends import DecodingOptions, Hypothesis, Task
from mt.backends.chat import chat_prompt, fill
from mt.backends.conversion import converted
from mt.backends.folder import FETCH_AGAIN, ModelFolder, all_but_blank, check_fits, count_marks
from mt.backends.languages import language_marks
from mt.backends.tokenizer import load_tokenizer, unknown_characters, vocabulary_of
from mt.errors import ModelError, OutOfMemory

_COMPUTE_TYPES = {"none": "float32", "int8": "int8", "float16": "float16", "bfloat16": "bfloat16"}
_OUT_OF_MEMORY = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")

Output = tuple[list[str], float]  # the tokens, forced and end marks included, and their score


class CTranslate2Backend:
    """A converted model; see `mt.backends.Backend`."""

    name = "ctranslate2"

    def __init__(
        self, folder: ModelFolder, task: Task, *, identity: str, device: str, quantization: str
    ) -> None:
        """Load the model, converted first if it is not.

        Raises:
            NotConvertible: CTranslate2 has no such class of model.
            ModelError: no such device, or it cannot compute in this precision.
        """
        self.task = task
        self.device = _device(device)
        self.quantization = _quantization(quantization, self.device)
        if not folder.is_converted:
            folder = ModelFolder.read(converted(folder, identity, self.quantization))
        form = _EncoderDecoder if _is_encoder_decoder(folder.path) else _DecoderOnly
        engine = _engine_options(self.device, self.quantization)
        with _our_errors():
            self._form: _Form = form(folder, task, engine)
        self.defaults = folder.defaults(task)
        self._marks = count_marks(self._form.inputs)
        self.max_source_tokens = self._form.max_input_tokens - self._marks

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        return [len(tokens) - self._marks for tokens in self._form.inputs(sources)]

    def unknown_characters(self, characters: str) -> set[str]:
        return unknown_characters(self._form.tokenizer, characters)

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        return all_but_blank(sources, lambda kept: self._generate(kept, options))

    def _generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        inputs = self._form.inputs(sources)
        check_fits([len(tokens) - self._marks for tokens in inputs], self.max_source_tokens)
        with _our_errors():
            outputs = self._form.decode(inputs, options)
        return [self._hypothesis(*output, options.length_penalty) for output in outputs]

    def _hypothesis(self, tokens: list[str], score: float, length_penalty: float) -> Hypothesis:
        forced = self._form.forced
        total = score * len(tokens) ** length_penalty
        ended = bool(tokens) and tokens[-1] in self._form.ends
        body = tokens[forced:-1] if ended else tokens[forced:]
        return Hypothesis(
            text=self._form.tokenizer.decode(body),
            score=total / max(1, len(tokens) - forced),
            tokens=len(body),
            truncated=not ended,
        )


class _Form(Protocol):
    """What differs between models that have an encoder and models that continue a prompt."""

    tokenizer: Any
    ends: list[str]  # tokens that end an output
    forced: int  # tokens at the head of each output that the model did not choose
    max_input_tokens: int

    def inputs(self, sources: Sequence[str]) -> list[list[str]]: ...

    def decode(self, inputs: list[list[str]], options: DecodingOptions) -> list[Output]: ...


class _EncoderDecoder:
    def __init__(self, folder: ModelFolder, task: Task, engine: dict[str, Any]) -> None:
        vocabulary = vocabulary_of(folder.path)
        marks = language_marks(frozenset(vocabulary), task)
        self.ends = _ends(folder, vocabulary)
        self.tokenizer = load_tokenizer(folder.path, frozenset(vocabulary), self.ends[0])
        self._text_prefix = marks.text_prefix or folder.source_prefix(task)
        self._source_mark = marks.source
        self._prefix = [marks.target] if marks.target else _named(vocabulary, folder.forced_bos)
        self.forced = len(self._prefix)
        self.max_input_tokens = folder.context
        self._longest = folder.max_output_tokens
        self._suppressed = [["<pad>"]] if "<pad>" in vocabulary else None
        self._model = ctranslate2.Translator(str(folder.path), **engine)

    def inputs(self, sources: Sequence[str]) -> list[list[str]]:
        texts = [self._text_prefix + source for source in sources]
        if self._source_mark is None:
            return self.tokenizer.encode(texts, marks=True)
        encoded = self.tokenizer.encode(texts, marks=False)
        return [[self._source_mark, *tokens, self.ends[0]] for tokens in encoded]

    def decode(self, inputs: list[list[str]], options: DecodingOptions) -> list[Output]:
        longest = min(options.max_new_tokens + self.forced, self._longest)
        results = self._model.translate_batch(
            inputs,
            [self._prefix] * len(inputs) if self._prefix else None,
            beam_size=options.beam_size,
            length_penalty=options.length_penalty,
            repetition_penalty=options.repetition_penalty,
            no_repeat_ngram_size=options.no_repeat_ngram_size,
            disable_unk=True,
            suppress_sequences=self._suppressed,
            end_token=self.ends,
            return_end_token=True,
            max_input_length=0,
            max_decoding_length=longest,
            min_decoding_length=min(options.min_new_tokens + self.forced, longest),
            return_scores=True,
        )
        return [(result.hypotheses[0], result.scores[0]) for result in results]


class _DecoderOnly:
    forced = 0

    def __init__(self, folder: ModelFolder, task: Task, engine: dict[str, Any]) -> None:
        vocabulary = vocabulary_of(folder.path)
        self.ends = _ends(folder, vocabulary)
        self.tokenizer = load_tokenizer(folder.path, frozenset(vocabulary), self.ends[0])
        self._task = task
        self._prompt = chat_prompt(folder, task)
        self._context = folder.context
        self.max_input_tokens = folder.context - folder.room_for_output(task)
        self._model = ctranslate2.Generator(str(folder.path), **engine)

    def inputs(self, sources: Sequence[str]) -> list[list[str]]:
        if self._prompt is None:
            return self.tokenizer.encode([fill(self._task, s) for s in sources], marks=True)
        return self.tokenizer.encode([self._prompt(source) for source in sources], marks=False)

    def decode(self, inputs: list[list[str]], options: DecodingOptions) -> list[Output]:
        """As each prompt alone would be decoded, whatever the others in the batch are.

        Of prompts of unequal length CTranslate2 feeds the end of the longer ones as if the model
        had written it: their words count as repeated, and a beam search may end too early.
        Batches of one length are right but small, hence slow; they are kept for what needs them.
        """
        if options.beam_size > 1 or options.repetition_penalty != 1:
            return self._decode_by_length(inputs, options)
        outputs = self._decode(inputs, options)
        size, shortest = options.no_repeat_ngram_size, min(map(len, inputs))
        doubtful = [
            i
            for i, (tokens, _) in enumerate(outputs)
            if size and _meets(inputs[i][shortest - 1 :], tokens, size)
        ]
        again = self._decode_by_length([inputs[i] for i in doubtful], options)
        for i, output in zip(doubtful, again, strict=True):
            outputs[i] = output
        return outputs

    def _decode_by_length(self, inputs: list[list[str]], options: DecodingOptions) -> list[Output]:
        order = sorted(range(len(inputs)), key=lambda i: len(inputs[i]))
        outputs: dict[int, Output] = {}
        for _, group in groupby(order, key=lambda i: len(inputs[i])):
            same = list(group)
            decoded = self._decode([inputs[i] for i in same], options)
            outputs.update(zip(same, decoded, strict=True))
        return [outputs[i] for i in range(len(inputs))]

    def _decode(self, inputs: list[list[str]], options: DecodingOptions) -> list[Output]:
        room = self._context - max(map(len, inputs))
        longest = min(options.max_new_tokens, room)
        results = self._model.generate_batch(
            inputs,
            beam_size=options.beam_size,
            length_penalty=options.length_penalty,
            repetition_penalty=options.repetition_penalty,
            no_repeat_ngram_size=options.no_repeat_ngram_size,
            end_token=self.ends,
            return_end_token=True,
            max_length=longest,
            min_length=min(options.min_new_tokens, longest),
            include_prompt_in_result=False,
            return_scores=True,
        )
        return [(result.sequences[0], result.scores[0]) for result in results]


def _meets(tail: list[str], output: list[str], size: int) -> bool:
    """Whether a ban on repeated n-grams could have hit the output because of a prompt's tail."""
    width, start = size - 1, len(tail)
    both = tail + output
    grams = Counter(tuple(both[i : i + width]) for i in range(start))
    contexts = range(max(0, start - width), len(both) - width)  # what came before each token
    return any(grams[tuple(both[i : i + width])] > (i < start) for i in contexts)


def _engine_options(device: str, quantization: str) -> dict[str, Any]:
    kind, _, index = device.partition(":")
    return {
        "device": kind,
        "device_index": int(index or 0),
        "compute_type": _COMPUTE_TYPES[quantization],
        "inter_threads": 1,
        "intra_threads": 0 if "OMP_NUM_THREADS" in os.environ else physical_cores(),
    }


def physical_cores() -> int:
    """Cores that this process may use; two threads of one core count once, being no faster."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    topology = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(topology.format(cpu))
        cores.add(siblings.read_text() if siblings.is_file() else cpu)
    return len(cores)


def _device(device: str) -> str:
    if device == "cpu":
        return device
    count = ctranslate2.get_cuda_device_count()
    if device == "auto":
        return "cuda:0" if count else "cpu"
    kind, _, index = device.partition(":")
    if kind != "cuda":
        raise ModelError(f"CTranslate2 does not run on {device}; choose cpu, seq2seq or causal")
    if int(index or 0) >= count:
        raise ModelError(f"no device {device!r}: CTranslate2 sees {count} CUDA devices; try cpu")
    return f"cuda:{index or 0}"


def _quantization(quantization: str, device: str) -> str:
    if quantization == "auto":
        return "int8" if device == "cpu" else "float16"
    kind = device.partition(":")[0]
    if _COMPUTE_TYPES[quantization] not in ctranslate2.get_supported_compute_types(kind):
        raise ModelError(f"{device} cannot compute in {quantization}; choose int8 or none")
    return quantization


def _is_encoder_decoder(folder: Path) -> bool:
    """As the head of model.bin names it: a version, then the class with its length before it."""
    with (folder / "model.bin").open("rb") as file:
        head = file.read(64)
    if len(head) < 8:
        raise ModelError(f"{folder}/model.bin is damaged; {FETCH_AGAIN}")
    (length,) = struct.unpack_from("<H", head, 4)
    return head[6 : 6 + length - 1] == b"TransformerSpec"


def _ends(folder: ModelFolder, vocabulary: list[str]) -> list[str]:
    """The tokens that end an output; the first also ends a source."""
    return [vocabulary[i] for i in folder.end_ids if i < len(vocabulary)] or [folder.end_mark]


def _named(vocabulary: list[str], token: int | None) -> list[str]:
    return [] if token is None else [vocabulary[token]]


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise OutOfMemory("a batch did not fit into memory; use smaller ones") from error
    except RuntimeError as error:
        if any(mark in str(error) for mark in _OUT_OF_MEMORY):
            raise OutOfMemory("a batch did not fit into memory; use smaller ones") from error
        raise ModelError(f"CTranslate2 cannot run this model: {error}") from error
