"""What a model's folder says about it: its class, its limits, its own way of decoding.

Reads JSON only, so a model that runs in CTranslate2 starts without transformers and torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mt.backends import DecodingOptions, Hypothesis, Task
from mt.errors import InputError, ModelError, ModelNotFoundError

# CTranslate2 writes a config.json of its own; the original one is kept beside it.
ORIGINAL_CONFIG = "transformers_config.json"
TOKENIZER_FILES = (
    "tokenizer.json",
    "source.spm",
    "target.spm",
    "spiece.model",
    "sentencepiece.bpe.model",
    "sentencepiece.model",
    "tokenizer.model",
    "vocab.json",
)
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
# What is there is not fetched again, so a damaged file must go first.
FETCH_AGAIN = "run: tarjama models remove NAME, then: tarjama models pull NAME"
_SANE_LIMIT = 10**6  # a tokenizer without a limit says 10**30
_UNLIMITED_MODEL = 512  # T5 has relative positions: what it saw in training is its limit


@dataclass(frozen=True)
class ModelFolder:
    """The JSON files of one model, read once; a file that is not there is empty."""

    path: Path
    config: Mapping[str, Any]
    generation: Mapping[str, Any]
    tokenizer: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> ModelFolder:
        """The folder, if it holds a model.

        Raises:
            ModelNotFoundError: no such folder.
            ModelError: a needed file is missing or is not JSON; the message names it.
        """
        if not path.is_dir():
            raise ModelNotFoundError(f"no model folder {str(path)!r}; give the folder of a model")
        converted = (path / "model.bin").is_file()
        if not (path / "config.json").is_file():
            raise ModelError(f"{path} holds no config.json; give the folder of a model")
        if not converted and not any((path / name).is_file() for name in _WEIGHTS):
            raise ModelError(f"{path} holds no weights; it needs {_WEIGHTS[0]} or {_WEIGHTS[2]}")
        if not any((path / name).is_file() for name in TOKENIZER_FILES):
            raise ModelError(
                f"{path} holds no tokenizer; it needs tokenizer.json, source.spm and target.spm, "
                "or a SentencePiece model"
            )
        config = _json(path / (ORIGINAL_CONFIG if converted else "config.json"))
        tokenizer = _json(path / "tokenizer_config.json")
        tokenizer_class = tokenizer.get("tokenizer_class") or config.get("tokenizer_class") or ""
        if config.get("model_type") == "mbart" and "MBart50" not in tokenizer_class:
            raise ModelError(f"{path} is an mBART-25 model, which we cannot run; take an mBART-50")
        return cls(path, config, _json(path / "generation_config.json"), tokenizer)

    @property
    def is_converted(self) -> bool:
        """Whether it holds a CTranslate2 model."""
        return (self.path / "model.bin").is_file()

    @property
    def model_type(self) -> str:
        """As in config.json (`marian`, `m2m_100`, `llama` …); empty if it does not say."""
        return str(self.config.get("model_type", ""))

    @property
    def is_encoder_decoder(self) -> bool:
        """Whether the source goes into an encoder; if not, it is a prompt."""
        return bool(self.config.get("is_encoder_decoder"))

    @property
    def forced_bos(self) -> int | None:
        """The id that every output must start with, e.g. BART's `<s>`."""
        forced = self._setting("forced_bos_token_id")
        return None if forced is None else int(forced)

    @property
    def end_ids(self) -> list[int]:
        """The ids that end an output; empty if only the tokenizer knows."""
        end = self._setting("eos_token_id")
        return [] if end is None else [end] if isinstance(end, int) else list(end)

    @property
    def context(self) -> int:
        """The longest input, in tokens, marks and prompt included."""
        text = self.config.get("text_config", {})
        names = ("max_position_embeddings", "n_positions")
        limits = [c[name] for c in (self.config, text) for name in names if c.get(name)]
        told = self.tokenizer.get("model_max_length")
        if told and told < _SANE_LIMIT:
            limits.append(int(told))
        return min(limits, default=_UNLIMITED_MODEL)

    @property
    def max_output_tokens(self) -> int:
        """What the decoder of an encoder–decoder has positions for; T5's are relative."""
        limit = self.config.get("max_position_embeddings")
        return int(limit) - 1 if limit else _SANE_LIMIT

    @property
    def end_mark(self) -> str:
        """The token that ends a text."""
        told = self.tokenizer.get("eos_token") or "</s>"
        return str(told["content"] if isinstance(told, Mapping) else told)

    def room_for_output(self, task: Task) -> int:
        """Tokens of the context that a prompt must leave free: those of an output, or half."""
        return min(self.defaults(task).max_new_tokens, self.context // 2)

    def source_prefix(self, task: Task) -> str:
        """What T5-like models want before a source, e.g. `summarize: `."""
        return str(self._task_settings(task).get("prefix", ""))

    def defaults(self, task: Task) -> DecodingOptions:
        """The model's own way of decoding; sensible where it says nothing.

        transformers counts the decoder's start mark, and a forced first token, in `max_length`
        and `min_length`; DecodingOptions counts what the model itself produces.
        """
        own = {**self.config, **self._task_settings(task), **self.generation}
        given = 1 + (own.get("forced_bos_token_id") is not None)
        longest = own.get("max_new_tokens")
        if longest is None and self.is_encoder_decoder and own.get("max_length", 20) > 20:
            longest = own["max_length"] - given  # 20 is what transformers says for want of better
        shortest = own.get("min_new_tokens") or max(0, (own.get("min_length") or 0) - given)
        return DecodingOptions(
            beam_size=own.get("num_beams") or (4 if self.is_encoder_decoder else 1),
            length_penalty=_or(own.get("length_penalty"), 1.0),
            max_new_tokens=longest or DecodingOptions.max_new_tokens,
            min_new_tokens=shortest if self.is_encoder_decoder else own.get("min_new_tokens") or 0,
            no_repeat_ngram_size=own.get("no_repeat_ngram_size") or 0,
            repetition_penalty=_or(own.get("repetition_penalty"), 1.0),
        )

    def identity(self) -> str:
        """Changes whenever the files do: made of their names, sizes and times, not of content."""
        digest = hashlib.sha256()
        for file in sorted(self.path.iterdir()):
            if file.is_file():
                real = file.resolve()  # in the hub's cache, a name made of the content
                stat = real.stat()
                digest.update(f"{file.name} {real} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def _setting(self, name: str) -> Any:
        return self.generation.get(name, self.config.get(name))

    def _task_settings(self, task: Task) -> Mapping[str, Any]:
        if task.name != "summarize":
            return {}
        settings = self.config.get("task_specific_params") or {}
        found: Mapping[str, Any] = settings.get("summarization") or {}
        return found


def all_but_blank(
    sources: Sequence[str], generate: Callable[[Sequence[str]], Sequence[Hypothesis]]
) -> list[Hypothesis]:
    """The hypotheses of all sources, nothing for nothing: a model asked for it would invent."""
    kept = [i for i, source in enumerate(sources) if source.strip()]
    written = generate([sources[i] for i in kept]) if kept else []
    found = dict(zip(kept, written, strict=True))
    return [found.get(i, Hypothesis("")) for i in range(len(sources))]


def count_marks(inputs: Callable[[Sequence[str]], Sequence[Sequence[object]]]) -> int:
    """The tokens of an input that are not the source's: marks, languages, a prompt."""
    # A template's space before the source is a token of its own, or one with the first letter.
    blank, *letters = inputs(["", "x", "و"])
    return min(len(blank), *(len(tokens) - 1 for tokens in letters))


def check_fits(counts: Sequence[int], limit: int) -> None:
    """Raise InputError if a source has more tokens than the model takes: nothing is ever cut."""
    if max(counts) > limit:
        raise InputError(
            f"a source of {max(counts)} tokens, but the model takes {limit}; split it"
        )


def _or(value: float | None, default: float) -> float:
    return default if value is None else float(value)


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read {path}: {error}; {FETCH_AGAIN}") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path} holds no JSON object; {FETCH_AGAIN}")
    return value
