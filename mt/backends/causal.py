"""Decoder-only models in PyTorch: a prompt, through the chat template if there is one."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import AutoModelForCausalLM

from mt.backends import DecodingOptions, Hypothesis, Task
from mt.backends.chat import chat_prompt, fill
from mt.backends.folder import ModelFolder, all_but_blank, check_fits, count_marks
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


class CausalBackend:
    """A model that continues a prompt; see `mt.backends.Backend`."""

    name = "causal"

    def __init__(self, folder: ModelFolder, task: Task, *, device: str, quantization: str) -> None:
        """Load the model.

        Raises:
            ModelError: the folder holds no such model, or a damaged one.
        """
        self.task = task
        self.device = torch_device(device)
        self.quantization = torch_quantization(quantization, self.device, folder)
        with loading(folder):
            load_config(folder)
            self._tokenizer = load_tokenizer(folder)
            self._model = load_model(AutoModelForCausalLM, folder, self.device, self.quantization)
        self._prompt = chat_prompt(folder, task)
        self._ends = folder.end_ids or [self._tokenizer.eos_token_id]
        self._context = folder.context
        self.defaults = folder.defaults(task)
        self._marks = count_marks(self._inputs)
        self.max_source_tokens = folder.context - folder.room_for_output(task) - self._marks

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        return [len(ids) - self._marks for ids in self._inputs(sources)] if sources else []

    def unknown_characters(self, characters: str) -> set[str]:
        return unknown_characters(TransformersTokenizer(self._tokenizer), characters)

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        return all_but_blank(sources, lambda kept: self._generate(kept, options))

    def _generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        inputs = self._inputs(sources)
        check_fits([len(ids) - self._marks for ids in inputs], self.max_source_tokens)
        longest = max(map(len, inputs))
        outputs = search(
            self._model,
            self._batch(inputs, longest),
            options,
            prompt=longest,
            longest=self._context - longest,
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

    def _inputs(self, sources: Sequence[str]) -> list[list[int]]:
        if self._prompt is None:
            texts = [fill(self.task, source) for source in sources]
        else:
            texts = [self._prompt(source) for source in sources]
        marks = self._prompt is None  # a template writes its own
        ids: list[list[int]] = self._tokenizer(texts, add_special_tokens=marks)["input_ids"]
        return ids

    def _batch(self, inputs: list[list[int]], longest: int) -> dict[str, torch.Tensor]:
        """Padded on the left, where the model does not continue."""
        pads = [longest - len(ids) for ids in inputs]
        rows = [[self._ends[0]] * pad + ids for pad, ids in zip(pads, inputs, strict=True)]
        mask = [[0] * pad + [1] * (longest - pad) for pad in pads]
        return {
            "input_ids": torch.tensor(rows, device=self.device),
            "attention_mask": torch.tensor(mask, device=self.device),
        }
