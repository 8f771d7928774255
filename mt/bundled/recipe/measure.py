"""Scores on held-out pairs while training goes on: loss, and BLEU and chrF of a few segments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sacrebleu
import torch

from mt.bundled.recipe.batches import Batch, Tokenizer, in_order, read_pairs
from mt.bundled.recipe.network import Network


@dataclass(frozen=True)
class Dev:
    """A held-out set: pairs for the loss, some segments for BLEU and chrF."""

    name: str
    batches: list[Batch]
    sources: list[str]
    references: list[str]


@torch.no_grad()
def measure(network: Network, tokenizer: Tokenizer, dev: Dev) -> dict[str, Any]:
    """Loss on held-out pairs, and BLEU and chrF of greedy translations."""
    losses = [float(network.loss(b)) for b in dev.batches]
    count = sum(len(b.answers) for b in dev.batches)
    result: dict[str, Any] = {"loss": round(sum(losses) / count, 4)}
    if dev.sources:
        found = list(translations(network, tokenizer, dev.sources))
        result["bleu"] = round(sacrebleu.corpus_bleu(found, [dev.references]).score, 2)
        result["chrf"] = round(sacrebleu.corpus_chrf(found, [dev.references]).score, 2)
        result["sample"] = found[:2]
    return result


def translations(network: Network, tokenizer: Tokenizer, sources: list[str]) -> Iterator[str]:
    """Greedy translations by transformers, in batches of twenty."""
    model: Any = network.whole()
    model.set_attn_implementation("sdpa")
    for at in range(0, len(sources), 20):
        prompts = tokenizer.apply_chat_template(
            [[{"role": "user", "content": s}] for s in sources[at : at + 20]],
            add_generation_prompt=True,
            return_dict=True,
            return_tensors="pt",
            padding=True,
        )
        with torch.compiler.set_stance("force_eager"):  # every length would be compiled anew
            ids = model.generate(**prompts, max_new_tokens=80, do_sample=False, num_beams=1)
        for row in ids[:, prompts["input_ids"].shape[1] :]:
            yield tokenizer.decode(row, skip_special_tokens=True).strip()
    model.set_attn_implementation("packed")


def dev_set(file: Path, tokenizer: Tokenizer, segments: int, batch_tokens: int) -> Dev:
    """Every so-manieth line of a file for the scores; three times as many for the loss."""
    pairs = read_pairs(file, tokenizer)
    lines = [line.split("\t") for line in file.read_text(encoding="utf-8").split("\n") if line]
    stride = max(1, len(lines) // max(1, segments))
    chosen = lines[::stride][:segments]
    few = pairs[:: max(1, stride // 3)]
    batches = in_order(few, batch_tokens) if segments else []
    return Dev(file.stem, batches, [c[0] for c in chosen], [c[1] for c in chosen])
