"""Unpacks the bundled model: base weights and packed changes become a Hugging Face folder.

The packed safetensors hold, for the base's parameter NAME, one of
  NAME                                        its new value
  NAME.change.codes, NAME.change.scales       what to add to it, four bits a number
  NAME.up.codes … NAME.down.scales            what to add to it as a product of two thin matrices
and the vectors of the new source tokens, arabic_embeddings.codes and .scales.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import LlamaForCausalLM

EMBEDDINGS = "arabic_embeddings"
TEXT_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "generation_config.json",
    "names.tsv",
    "spellings.tsv",
    "words.txt",
)


def unpack(packed: Path, base: Path, target: Path) -> None:
    """Write the model folder `target` from the packed files and the base's GGUF file.

    The folder loads with `AutoModelForCausalLM` and converts with CTranslate2's
    `TransformersConverter`, and holds float16: what the packed changes leave is no finer, and half
    a gigabyte of disk is. It appears whole or not at all.
    """
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    model = load_base(base)
    weights = merged(model, load_packed(packed))
    write_model(partial, model, {name: value.half() for name, value in weights.items()})
    for name in TEXT_FILES:
        if (packed / name).exists():
            shutil.copyfile(packed / name, partial / name)
    if target.exists():
        shutil.rmtree(target)
    partial.rename(target)


def load_base(base: Path) -> LlamaForCausalLM:
    """The base model in float32, from a GGUF file or from a Hugging Face folder."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaForCausalLM

    where, file = (str(base), None) if base.is_dir() else (str(base.parent), base.name)
    model = AutoModelForCausalLM.from_pretrained(where, gguf_file=file, dtype=torch.float32)
    if not isinstance(model, LlamaForCausalLM):
        raise TypeError(f"the base must be a Llama model, {base} is a {type(model).__name__}")
    return model


def load_packed(packed: Path) -> dict[str, Tensor]:
    """Every tensor of the `weights-*.safetensors` in a folder."""
    from safetensors.torch import load_file

    files = sorted(packed.glob("weights-*.safetensors"))
    if not files:
        raise FileNotFoundError(f"no weights-*.safetensors in {packed}")
    tensors: dict[str, Tensor] = {}
    for file in files:
        tensors |= load_file(file)
    return tensors


def merged(base: LlamaForCausalLM, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The base's weights with the packed changes and the new source tokens."""
    import torch

    state = {name: value for name, value in base.state_dict().items() if name != "lm_head.weight"}
    changed = {name: _changed(name, value, tensors) for name, value in state.items()}
    english = base.model.embed_tokens.weight.detach()
    arabic = dequantized(tensors, EMBEDDINGS)
    changed["model.embed_tokens.weight"] = torch.cat([english, arabic])
    # No source token is ever written, so the output matrix has zero rows for them.
    changed["lm_head.weight"] = torch.cat([english, torch.zeros_like(arabic)])
    return changed


def _changed(name: str, value: Tensor, tensors: dict[str, Tensor]) -> Tensor:
    """The new value of one parameter."""
    if name in tensors:
        return tensors[name].float()
    if f"{name}.change.codes" in tensors:
        return value + dequantized(tensors, f"{name}.change")
    if f"{name}.up.codes" in tensors:
        return value + dequantized(tensors, f"{name}.up") @ dequantized(tensors, f"{name}.down")
    return value


def dequantized(tensors: dict[str, Tensor], name: str) -> Tensor:
    """A matrix from its codes (int8, or two four-bit codes in a uint8) and scales.

    Each row has as many scales as it has equal groups of columns.
    """
    import torch

    codes, scales = tensors[f"{name}.codes"], tensors[f"{name}.scales"]
    if codes.dtype == torch.uint8:
        codes = torch.stack([codes & 15, codes >> 4], dim=-1).flatten(1).to(torch.int8) - 8
    rows, columns = codes.shape
    grouped = codes.float().view(rows, scales.shape[1], -1) * scales.float().unsqueeze(-1)
    return grouped.view(rows, columns)


def write_model(folder: Path, base: LlamaForCausalLM, state: dict[str, Tensor]) -> None:
    """Write these weights, with the base's settings but a larger vocabulary and untied output."""
    from safetensors.torch import save_file
    from transformers import LlamaConfig

    settings = base.config.to_dict()
    settings.pop("quantization_config", None)
    settings["architectures"] = ["LlamaForCausalLM"]
    settings["vocab_size"] = len(state["model.embed_tokens.weight"])
    settings["tie_word_embeddings"] = False
    settings["dtype"] = next(iter(state.values())).dtype
    LlamaConfig(**settings).save_pretrained(folder)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def read_base(packed: Path) -> dict[str, object]:
    """Where the base comes from: package, file and hashes."""
    found = json.loads((packed / "base.json").read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError(f"{packed / 'base.json'} must hold an object")
    return found
