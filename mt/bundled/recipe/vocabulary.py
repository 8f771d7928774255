"""Gives a model tokens for a new language, whose vectors start from dictionary meanings.

A byte-level BPE is trained on Arabic words with the base's own pre-tokenizer, and its merges are
put before the base's: English tokenizes as it did. A word's first vector is the mean of those of
its glosses; clitics (و ف ب ل ك ال) that the dictionary does not know are looked through. A token
that is only part of words gets the mean of theirs.
"""

from __future__ import annotations

import json
import lzma
import math
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch import Tensor
from transformers import (
    AutoTokenizer,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from mt.bundled.recipe.batches import Tokenizer
from mt.bundled.unpack import load_base, write_model
from mt.models import BUNDLED_FOLDER

WORD = re.compile("[\u0621-\u064a\u0671-\u06d3]+")
MARKS = "[\u064b-\u0652\u0670\u0640]"
TO_LATIN = dict(zip("٠١٢٣٤٥٦٧٨٩،؛؟٪", "0123456789,;?%", strict=True))
CLITICS = {"و": "and", "ف": "so", "ب": "with", "ل": "for", "ك": "as", "ال": "the", "س": "will"}
STEM_SHARE = 0.75  # of a word's vector; the rest is its clitics'
MOST_GLOSSES = 4
EXTRA_BYTES = 300  # the new BPE's own alphabet, which the base has
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|> ' + message['content'] + '<|endoftext|>' }}"
    "{% endfor %}"
)


def normalizer() -> dict[str, Any]:
    """What every Arabic text goes through, as a normalizer of `tokenizers`."""
    steps: list[dict[str, Any]] = [{"pattern": {"Regex": MARKS}, "content": ""}]
    steps += [{"pattern": {"String": old}, "content": new} for old, new in TO_LATIN.items()]
    steps.append({"pattern": {"Regex": r"\s+"}, "content": " "})
    return {"type": "Sequence", "normalizers": [{"type": "Replace", **step} for step in steps]}


def clean(text: str) -> str:
    """The same, as a function."""
    plain = re.sub(MARKS, "", text).translate({ord(old): new for old, new in TO_LATIN.items()})
    return " ".join(plain.split())


def extended(base: Tokenizer, words: Iterable[str], size: int, rows: int) -> str:
    """The base's `tokenizer.json` with `size` or so more tokens, numbered from `rows`."""
    new = base.train_new_from_iterator(iter(words), vocab_size=size + EXTRA_BYTES)
    old, learned = (json.loads(t.backend_tokenizer.to_str()) for t in (base, new))
    vocabulary: dict[str, int] = old["model"]["vocab"]
    merges = [_pair(merge) for merge in learned["model"]["merges"]]
    fresh = dict.fromkeys(a + b for a, b in merges if a + b not in vocabulary)
    vocabulary.update({token: number for number, token in enumerate(fresh, rows)})
    first = set(map(tuple, merges))
    kept = [m for m in map(_pair, old["model"]["merges"]) if tuple(m) not in first]
    old["model"]["merges"] = merges + kept
    old["normalizer"] = normalizer()
    return json.dumps(old, ensure_ascii=False, separators=(",", ":"))


def _pair(merge: str | list[str]) -> list[str]:
    return merge.split(" ") if isinstance(merge, str) else list(merge)


def read_glosses(files: Iterable[Path]) -> dict[str, list[str]]:
    """English meanings by Arabic word, from files of `word TAB meaning[; meaning]`."""
    glosses: dict[str, list[str]] = defaultdict(list)
    for file in files:
        opened = lzma.open if file.suffix == ".xz" else open
        with opened(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                word, _, meanings = line.rstrip("\n").partition("\t")
                for meaning in re.sub(r"\(.*?\)|\[.*?\]", "", meanings).split(";"):
                    short = re.sub(r"^(to|a|an|the) ", "", meaning.strip())
                    if short and len(short.split()) < 4 and short not in glosses[clean(word)]:
                        glosses[clean(word)].append(short)
    return glosses


class Meanings:
    """First vectors of words, from glosses."""

    def __init__(self, glosses: dict[str, list[str]], tokenizer: Tokenizer, table: Tensor) -> None:
        self.glosses, self.tokenizer, self.table = glosses, tokenizer, table

    def english(self, text: str) -> Tensor:
        """The mean vector of an English text's tokens."""
        ids = self.tokenizer(" " + text, add_special_tokens=False)["input_ids"]
        return self.table[ids].mean(0)

    def vector(self, word: str) -> Tensor | None:
        """The vector of an Arabic word, or None where no analysis has a gloss."""
        for clitics, stem in analyses(word):
            if found := self.glosses.get(stem):
                stem_vector = torch.stack([self.english(g) for g in found[:MOST_GLOSSES]]).mean(0)
                if not clitics:
                    return stem_vector
                added = torch.stack([self.english(CLITICS[c]) for c in clitics]).mean(0)
                return STEM_SHARE * stem_vector + (1 - STEM_SHARE) * added
        return None


def analyses(word: str) -> Iterator[tuple[list[str], str]]:
    """Clitics and stem, the whole word first.

    >>> [stem for _, stem in analyses("وبالبيت")]
    ['وبالبيت', 'بالبيت', 'البيت', 'بيت']
    """
    clitics: list[str] = []
    yield list(clitics), word
    while True:
        found = next(
            (c for c in ("ال", *CLITICS) if word.startswith(c) and len(word) > len(c) + 1), ""
        )
        if not found or found in clitics:
            return
        clitics.append(found)
        word = word[len(found) :]
        yield list(clitics), word


def first_vectors(
    tokenizer: Tokenizer, words: Counter[str], meanings: Meanings, rows: int
) -> tuple[Tensor, int]:
    """A vector for each new token, and how many of them come from glosses."""
    table = meanings.table
    whole: dict[int, Tensor] = {}
    parts: dict[int, list[tuple[Tensor, float]]] = defaultdict(list)
    for word, count in words.items():
        if (vector := meanings.vector(word)) is None:
            continue
        ids = tokenizer(" " + word, add_special_tokens=False)["input_ids"]
        longest = max(ids, key=lambda i: len(tokenizer.decode([i]).strip()))
        if len(ids) == 1:
            whole[longest] = vector
        else:
            parts[longest].append((vector, math.sqrt(count)))
    averaged = {i: _weighted(found) for i, found in parts.items()} | whole
    vectors = table.mean(0) + torch.randn(len(tokenizer) - rows, table.shape[1]) * table.std() / 2
    norm = table.norm(dim=1).mean()
    for i, vector in averaged.items():
        if i >= rows:
            vectors[i - rows] = vector / vector.norm() * norm
    return vectors, sum(i >= rows for i in averaged)


def _weighted(found: list[tuple[Tensor, float]]) -> Tensor:
    weights = torch.tensor([weight for _, weight in found])
    return (torch.stack([v for v, _ in found]) * weights.unsqueeze(1)).sum(0) / weights.sum()


def grown(base: LlamaForCausalLM, vectors: Tensor) -> dict[str, Tensor]:
    """The base's weights, these vectors after its own, and an output matrix that ignores them."""
    table = base.model.embed_tokens.weight.detach()
    state = dict(base.state_dict())
    state["model.embed_tokens.weight"] = torch.cat([table, vectors])
    state["lm_head.weight"] = torch.cat([table, torch.zeros_like(vectors)])
    return state


def main(
    base: Annotated[Path, typer.Argument(help="The base: its GGUF file, or a model folder.")],
    pairs: Annotated[Path, typer.Argument(help="Training file: its first column is counted.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")],
    glosses: Annotated[list[Path], typer.Option(help="Files of word, tab, meanings; or .xz.")],
    size: Annotated[int, typer.Option(help="About how many new tokens.")] = 24_000,
    seed: Annotated[int, typer.Option(help="For vectors of tokens without a gloss.")] = 0,
) -> None:
    """Write the base with a new vocabulary, ready to be trained."""
    torch.manual_seed(seed)
    model = load_base(base)
    where, file = (base, None) if base.is_dir() else (base.parent, base.name)
    old = AutoTokenizer.from_pretrained(where, gguf_file=file)
    table = model.model.embed_tokens.weight.detach()
    lines = [clean(line.split("\t")[0]) for line in pairs.read_text("utf-8").split("\n")]
    words = Counter(word for line in lines for word in WORD.findall(line))
    spoken = (" ".join(["", *WORD.findall(line)]) for line in lines)
    output.mkdir(parents=True, exist_ok=True)
    text = extended(old, (s for s in spoken if s), size, len(table))
    (output / "tokenizer.json").write_text(text, encoding="utf-8")
    tokenizer = finished_tokenizer(output)
    vectors, started = first_vectors(
        tokenizer, words, Meanings(read_glosses(glosses), old, table), len(table)
    )
    write_model(output, model, grown(model, vectors))
    shutil.copyfile(BUNDLED_FOLDER / "generation_config.json", output / "generation_config.json")
    typer.echo(f"{len(vectors)} new tokens, {started} with a gloss")


def finished_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a folder's `tokenizer.json` with the names of its special tokens, saved."""
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(folder / "tokenizer.json"),
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
    )
    settings = {
        "tokenizer_class": "TokenizersBackend",
        "backend": "tokenizers",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "padding_side": "left",
        "model_max_length": 8192,
        "chat_template": CHAT_TEMPLATE,
    }
    text = json.dumps(settings, ensure_ascii=False, indent=2)
    (folder / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")
    return tokenizer


if __name__ == "__main__":
    typer.run(main)
