"""Real models of each class, too small to notice, that know a few sentences by heart.

Each is saved in the very files that the hub has for its class. They are trained in under a second
and answer in words, so tests compare text and not shapes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

PAIRS = {
    "صباح الخير": "good morning",
    "شكرا لك": "thank you",
    "أين المكتبة؟": "where is the library?",
    "فاز الفريق بالمباراة أمس": "the team won the match yesterday",
}
BUNDLED_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|> ' + message['content'] + '<|endoftext|>' }}{% endfor %}"
)
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tiny_llama(folder: Path, template: str | None = BUNDLED_TEMPLATE) -> Path:
    """A chat model (SmolLM2's files); with no template, a model that continues plain text."""
    tokenizer = _byte_level_bpe(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    pad, start, end = range(3)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 256,
    }
    _save_tokenizer(
        folder, tokenizer, config if template is None else {**config, "chat_template": template}
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=48,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=256,
            bos_token_id=start,
            eos_token_id=end,
            pad_token_id=pad,
        )
    )
    rows = []
    for source, target in PAIRS.items():
        prompt = tokenizer.encode(_rendered(template, source)).ids
        answer = [*tokenizer.encode(target).ids, end]
        rows.append((prompt, answer))
    _train_causal(model, rows, pad)
    model.generation_config.update(no_repeat_ngram_size=4, max_new_tokens=64)
    model.save_pretrained(folder)
    return folder


def _rendered(template: str | None, source: str) -> str:
    if template == BUNDLED_TEMPLATE:
        return f"<|im_start|> {source}<|endoftext|>"
    if template == CHAT_TEMPLATE:
        return f"<|im_start|>user\n{source}<|im_end|>\n<|im_start|>assistant\n"
    return f"{source} = "


def _byte_level_bpe(special: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*PAIRS, *PAIRS.values()], trainer)
    return tokenizer


def _save_tokenizer(folder: Path, tokenizer: Tokenizer, config: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def _train_causal(
    model: LlamaForCausalLM, rows: list[tuple[list[int], list[int]]], pad: int, steps: int = 60
) -> None:
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids, labels = [], []
    for prompt, answer in rows:
        rest = longest - len(prompt) - len(answer)
        ids.append(prompt + answer + [pad] * rest)
        labels.append([-100] * len(prompt) + answer + [-100] * rest)
    batch = {"input_ids": torch.tensor(ids), "labels": torch.tensor(labels)}
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(steps):
        model(**batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
