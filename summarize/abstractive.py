"""Summaries in the words of a model: map–reduce over chunks, held to a length, checked.

A text longer than the model takes is summarized chunk by chunk, and the summaries again, until
one is left (Wu et al. 2021). What comes out with a number or name that the source does not have
is decoded once more; if that does not mend it, it keeps its flag and an extract stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from mt.backends import Backend, DecodingOptions, Hypothesis
from mt.decoder import Decoder
from mt.ledger import Ledger
from mt.quality import Flag, check
from summarize.chunking import chunk
from summarize.extractive import extract, sentences_of
from summarize.faithfulness import SummaryFlag
from summarize.length import Length
from summarize.summarizer import Summary, checked
from summarize.words import words

# Texts decoded together: two or three full batches, so that a slow model gives results early on.
WINDOW = 16
BATCH_TOKENS = 4096  # of the sources in one batch, padding counted
# Models that take more than this read the middle of it badly (Liu et al. 2023).
CHUNK_TOKENS = 2048
# A model that says nothing of it must not say the same sentence again and again. With 4, as is
# usual, smollm2 could not spell a name twice, and invented others.
_NO_REPEAT = 10
_SENTENCE_TOKENS = 45  # a sentence of news in English, and half as much again

_REDECODE = frozenset(
    {
        SummaryFlag.EMPTY,
        SummaryFlag.REPETITION,
        SummaryFlag.NUMBERS,
        SummaryFlag.DATES,
        SummaryFlag.NAMES,
    }
)
_PREFACE = re.compile(
    r"^\W*(?:sure|certainly|here(?: is|'s|’s)|(?:the |a )?summary)\b[^\n]*:\s*", re.I
)


@dataclass(frozen=True)
class _Draft:
    """What the model made of a text, before it is cut to length."""

    hypothesis: Hypothesis
    chunks: int = 0
    depth: int = 0


class AbstractiveSummarizer:
    """Summarizes with one loaded model.

    Args:
        model: the name that results carry.
        options: how to search; the model's own defaults if not given.
        batch_tokens, ledger: see `mt.decoder.Decoder`.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        model: str = "",
        options: DecodingOptions | None = None,
        batch_tokens: int = BATCH_TOKENS,
        ledger: Ledger | None = None,
    ) -> None:
        self.backend = backend
        self.model = model
        self.options = options or backend.defaults
        self._decoder = Decoder(backend, model=model, batch_tokens=batch_tokens, ledger=ledger)
        self._limit = min(backend.max_source_tokens, CHUNK_TOKENS)

    def summarize(self, text: str, length: Length | None = None) -> Summary:
        """The summary of a text of any length, in its language."""
        return next(self.summarize_many([text], length))

    def summarize_many(
        self, texts: Iterable[str], length: Length | None = None
    ) -> Iterator[Summary]:
        """One summary for each text, in order; at most a window of texts is read ahead."""
        source = iter(texts)
        while window := list(islice(source, WINDOW)):
            yield from self._window(window, length or Length())

    def _window(self, texts: Sequence[str], length: Length) -> list[Summary]:
        options = _bounded(self.options, length)
        found = dict(zip(texts, self._summaries(texts, options, length), strict=True))
        suspects = [text for text in found if _REDECODE.intersection(found[text].flags)]
        again = self._summaries(suspects, _retry(options), length)
        for text, summary in zip(suspects, again, strict=True):
            best = min(found[text], summary, key=_doubts)
            if _REDECODE.intersection(best.flags):
                chosen = extract(text, length=length)
                best = replace(best, extract=" ".join(sentence.text for sentence in chosen))
            found[text] = best
        return [found[text] for text in texts]

    def _summaries(
        self, texts: Sequence[str], options: DecodingOptions, length: Length
    ) -> list[Summary]:
        """A checked summary for each text; a text that is short enough is its own."""
        drafts = self._drafts(
            [t for t in dict.fromkeys(texts) if not _is_short(t, length)], options
        )
        return [self._finished(text, drafts.get(text), length) for text in texts]

    def _finished(self, text: str, draft: _Draft | None, length: Length) -> Summary:
        if draft is None:
            return checked(text, " ".join(text.split()), length, method="source")
        short = _cut(draft.hypothesis, length)
        summary = checked(
            text,
            short,
            length,
            method="abstractive",
            model=self.model,
            chunks=draft.chunks,
            depth=draft.depth,
        )
        if Flag.REPETITION in check(text, short):
            summary = replace(summary, flags=(*summary.flags, SummaryFlag.REPETITION))
        return summary

    def _drafts(self, texts: Sequence[str], options: DecodingOptions) -> dict[str, _Draft]:
        """Map–reduce, all texts together: their chunks of one level fill the same batches."""
        done: dict[str, _Draft] = {}
        level = dict.fromkeys(texts, _Draft(Hypothesis("")))
        current = {text: text for text in texts}
        while level:
            split = {
                text: chunk(current[text], self.backend.count_tokens, self._limit)
                for text in level
            }
            hypotheses = self._decoder.decode(
                sorted({c for parts in split.values() for c in parts}), options
            )
            for text, parts in split.items():
                draft = level.pop(text)
                draft = _Draft(draft.hypothesis, draft.chunks + len(parts), draft.depth + 1)
                found = [hypotheses[part] for part in parts]
                joined = "\n".join(_prose(hypothesis.text) for hypothesis in found)
                is_shorter = len(joined) < len(current[text])
                if len(found) > 1 and is_shorter:
                    level[text], current[text] = draft, joined
                else:
                    last = found[0] if len(found) == 1 else Hypothesis(joined)
                    done[text] = replace(draft, hypothesis=last)
        return done


def _is_short(text: str, length: Length) -> bool:
    """Whether the text is no longer than its summary may be; a model would only invent."""
    return length.allows([sentence.text for sentence in sentences_of(text)])


def _bounded(options: DecodingOptions, length: Length) -> DecodingOptions:
    """The options with no more tokens than the length can take, and without endless loops."""
    limits = [options.max_new_tokens]
    if length.sentences:
        limits.append(_SENTENCE_TOKENS * (length.sentences + 1))
    if length.max_words:
        limits.append(2 * length.max_words + _SENTENCE_TOKENS)
    limit = min(limits)
    return replace(
        options,
        max_new_tokens=limit,
        min_new_tokens=min(options.min_new_tokens, limit // 2),
        no_repeat_ngram_size=options.no_repeat_ngram_size or _NO_REPEAT,
    )


def _retry(options: DecodingOptions) -> DecodingOptions:
    """Settings for what came out bad: a wider search."""
    return replace(options, beam_size=options.beam_size + 2)


def _prose(text: str) -> str:
    """The text without what chat models say before it ("Here is a summary:")."""
    return _PREFACE.sub("", text.strip())


def _cut(hypothesis: Hypothesis, length: Length) -> str:
    """The first whole sentences that the length allows, none twice.

    A sentence that is too long is passed over for a later one; the shortest stays if all are.
    """
    sentences = list(
        {tuple(words(s.text)): s.text for s in sentences_of(_prose(hypothesis.text))}.values()
    )
    if hypothesis.truncated and len(sentences) > 1:
        sentences.pop()  # broken off
    chosen: list[str] = []
    for sentence in sentences:
        if length.allows([*chosen, sentence]):
            chosen.append(sentence)
    if not chosen and sentences:
        chosen = [min(sentences, key=lambda sentence: len(sentence.split()))]
    return " ".join(chosen)


def _doubts(summary: Summary) -> tuple[bool, bool, int, int]:
    """How much is wrong with a summary; the less the better."""
    found = summary.unsupported
    return (
        SummaryFlag.EMPTY in summary.flags,
        SummaryFlag.REPETITION in summary.flags,
        len(found.numbers) + len(found.dates) + len(found.names),
        len(summary.flags),
    )
