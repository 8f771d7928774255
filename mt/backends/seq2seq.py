"""Encoder–decoders in PyTorch: Marian, NLLB, M2M100, mBART-50, T5 and MADLAD, BART, Pegasus."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import AutoModelForSeq2SeqLM

from mt.backends import DecodingOptions, Hypothesis, Task
from mt.backends.folder import ModelFolder, all_but_blank, check_fits, count_marks
from mt.backends.languages import language_marks
from mt.backends.pytorch import (
    TransformersTokenizer,
    load_config,
    load_model,
    load_tokenizer,
    loading,
    torch_device,
    torch_quantization,
)
from mt.backends.search import search
from mt.backends.tokenizer import unknown_characters


class Seq2SeqBackend:
    """A model that reads the source with an encoder; see `mt.backends.Backend`."""

    name = "seq2seq"

    def __init__(self, folder: ModelFolder, task: Task, *, device: str, quantization: str) -> None:
        """Load the model.

        Raises:
            ModelError: the folder holds no such model, a damaged one, or one that does not know
                the languages of the task.
        """
        self.task = task
        self.device = torch_device(device)
        self.quantization = torch_quantization(quantization, self.device, folder)
        with loading(folder):
            load_config(folder)
            self._tokenizer = load_tokenizer(folder)
            self._model = load_model(AutoModelForSeq2SeqLM, folder, self.device, self.quantization)
        tokenizer = self._tokenizer
        marks = language_marks(tokenizer.get_vocab(), task)
        self._text_prefix = marks.text_prefix or folder.source_prefix(task)
        # The language goes into each input here: to set it on the tokenizer would be to change
        # what other calls share.
        self._source_mark = self._id(marks.source)
        target = self._id(marks.target)
        self._forced = folder.forced_bos if target is None else target
        self._pad = tokenizer.pad_token_id
        self._ends = folder.end_ids or [tokenizer.eos_token_id]
        # Marian's pad starts every output, and neither it nor <unk> is ever a translation.
        known = {tokenizer.pad_token_id, tokenizer.unk_token_id} - {None, *self._ends}
        self._suppressed = sorted(known)
        self._longest = folder.max_output_tokens
        self.defaults = folder.defaults(task)
        self._marks = count_marks(self._inputs)
        self.max_source_tokens = folder.context - self._marks

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        return [len(ids) - self._marks for ids in self._inputs(sources)] if sources else []

    def unknown_characters(self, characters: str) -> set[str]:
        return unknown_characters(TransformersTokenizer(self._tokenizer), characters)

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        return all_but_blank(sources, lambda kept: self._generate(kept, options))

    def _generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        inputs = self._inputs(sources)
        check_fits([len(ids) - self._marks for ids in inputs], self.max_source_tokens)
        outputs = search(
            self._model,
            self._batch(inputs),
            options,
            prompt=1,  # the decoder's start mark
            forced_bos=self._forced,
            longest=self._longest,
            suppressed=self._suppressed,
            end_ids=self._ends,
        )
        return [
            Hypothesis(
                self._tokenizer.decode(ids, skip_special_tokens=True).strip(),
                score,
                tokens=len(ids),
                truncated=not ended,
            )
            for ids, score, ended in outputs
        ]

    def _id(self, token: str | None) -> int | None:
        return None if token is None else int(self._tokenizer.convert_tokens_to_ids(token))

    def _inputs(self, sources: Sequence[str]) -> list[list[int]]:
        texts = [self._text_prefix + source for source in sources]
        language = self._source_mark
        own = language is None  # else the tokenizer would write a language of its own
        encoded: list[list[int]] = self._tokenizer(texts, add_special_tokens=own)["input_ids"]
        if language is None:
            return encoded
        return [[language, *ids, self._ends[0]] for ids in encoded]

    def _batch(self, inputs: list[list[int]]) -> dict[str, torch.Tensor]:
        longest = max(map(len, inputs))
        rows = [ids + [self._pad] * (longest - len(ids)) for ids in inputs]
        mask = [[1] * len(ids) + [0] * (longest - len(ids)) for ids in inputs]
        return {
            "input_ids": torch.tensor(rows, device=self.device),
            "attention_mask": torch.tensor(mask, device=self.device),
        }
