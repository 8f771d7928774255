"""Text to token strings and back without transformers, whose import alone takes seconds.

CTranslate2 takes strings, so a SentencePiece model is enough even where the ids of the model
are others (Marian, M2M100).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import sentencepiece
from tokenizers import Tokenizer

from mt.errors import ModelError

_WORD_MARKS = {"▁", "Ġ"}  # what SentencePiece and byte-level BPE write for a space
_SENTENCEPIECE_FILES = (
    "sentencepiece.bpe.model",
    "spiece.model",
    "sentencepiece.model",
    "tokenizer.model",
)


class TextTokenizer(Protocol):
    """Reads and writes the token strings of one model."""

    vocabulary: frozenset[str]

    def encode(self, texts: Sequence[str], *, marks: bool) -> list[list[str]]:
        """The tokens of each text, with the marks that the model wants around it or without."""
        ...

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of some tokens, special ones left out."""
        ...


def load_tokenizer(folder: Path, vocabulary: frozenset[str], end: str) -> TextTokenizer:
    """The tokenizer of a folder: `tokenizer.json` if there is one, else SentencePiece.

    Args:
        vocabulary: what the model knows; any other token is unknown to it.
        end: the mark that ends a source where SentencePiece does not say.

    Raises:
        ModelError: the files are missing or damaged; the message names them.
    """
    try:
        if (folder / "tokenizer.json").is_file():
            return JsonTokenizer(folder / "tokenizer.json")
        if (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
            files = folder / "source.spm", folder / "target.spm"
            return SentencePieceTokenizer(*files, vocabulary, end)
        for name in _SENTENCEPIECE_FILES:
            if (folder / name).is_file():
                return SentencePieceTokenizer(folder / name, folder / name, vocabulary, end)
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"the tokenizer in {folder} is damaged: {error}") from error
    raise ModelError(
        f"{folder} holds no tokenizer; put tokenizer.json or the SentencePiece models beside it"
    )


def unknown_characters(tokenizer: TextTokenizer, characters: str) -> set[str]:
    """Those that take more than one token, or one that is not in the vocabulary."""
    distinct = sorted(set(characters))
    found = set()
    for character, tokens in zip(distinct, tokenizer.encode(distinct, marks=False), strict=True):
        own = [token for token in tokens if token not in _WORD_MARKS]
        if len(own) > 1 or any(_is_loose(token, tokenizer.vocabulary) for token in own):
            found.add(character)
    return found


class JsonTokenizer:
    """What transformers calls a fast tokenizer."""

    def __init__(self, file: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ValueError(f"{file.name}: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.vocabulary = frozenset(self._tokenizer.get_vocab())

    def encode(self, texts: Sequence[str], *, marks: bool) -> list[list[str]]:
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=marks)
        return [list(encoding.tokens) for encoding in encoded]

    def decode(self, tokens: Sequence[str]) -> str:
        ids = [self._tokenizer.token_to_id(token) for token in tokens]
        text = self._tokenizer.decode([i for i in ids if i is not None], skip_special_tokens=True)
        return str(text).strip()


class SentencePieceTokenizer:
    """A model for the source and one for the target; they may be the same."""

    def __init__(self, source: Path, target: Path, vocabulary: frozenset[str], end: str) -> None:
        self._source = sentencepiece.SentencePieceProcessor(model_file=str(source))
        self._target = sentencepiece.SentencePieceProcessor(model_file=str(target))
        self.vocabulary = vocabulary
        self._end = end

    def encode(self, texts: Sequence[str], *, marks: bool) -> list[list[str]]:
        split = [_language_tag(text) for text in texts]
        pieces = self._source.encode([text for _, text in split], out_type=str)
        after = [self._end] if marks else []
        return [tag + own + after for (tag, _), own in zip(split, pieces, strict=True)]

    def decode(self, tokens: Sequence[str]) -> str:
        pieces = [token for token in tokens if not _is_special(token)]
        return str(self._target.decode_pieces(pieces)).replace("▁", " ").strip()


def vocabulary_of(folder: Path) -> list[str]:
    """The tokens that a CTranslate2 model writes, by id."""
    for name in ("shared_vocabulary", "target_vocabulary", "vocabulary"):
        if (folder / f"{name}.json").is_file():
            return list(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
        if (folder / f"{name}.txt").is_file():  # before CTranslate2 3.14
            return (folder / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    raise ModelError(f"{folder} holds no vocabulary beside its model.bin; convert it again")


def _language_tag(text: str) -> tuple[list[str], str]:
    """Marian's `>>ara<<` is one token that SentencePiece does not know."""
    head, found, tail = text.partition("<<")
    return ([head + found], tail) if found and head.startswith(">>") else ([], text)


def _is_loose(token: str, vocabulary: frozenset[str]) -> bool:
    return token == "<unk>" or token.startswith("<0x") or token not in vocabulary


def _is_special(token: str) -> bool:
    return token in {"<unk>", "<pad>", "<s>", "</s>"} or (
        token.startswith("__") and token.endswith("__")
    )
