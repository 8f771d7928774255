"""English summaries of Arabic texts: translate first, or choose in Arabic and translate that.

What is checked is the English summary against the Arabic text, whatever lies between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from mt.errors import InputError
from mt.translator import Translation, Translator
from summarize.extractive import Sentence
from summarize.length import Length
from summarize.summarizer import Summarizer, Summary, checked
from summarize.words import language_of

ORDERS = ("summarize-first", "translate-first")
_WINDOW = 64


class EnglishSummarizer:
    """Summarizes Arabic and English texts in English.

    Args:
        order: one of ORDERS; `summarize-first` needs a summarizer that reads Arabic.

    Raises:
        InputError: there is no such order.
    """

    def __init__(self, summarizer: Summarizer, translator: Translator, order: str) -> None:
        if order not in ORDERS:
            raise InputError(f"no order {order!r}; choose from {', '.join(ORDERS)}")
        self.summarizer = summarizer
        self.translator = translator
        self.order = order
        self.model = f"{summarizer.model or 'extractive'}, {translator.model}"

    def summarize_many(
        self, texts: Iterable[str], length: Length | None = None
    ) -> Iterator[Summary]:
        """One summary for each text, in order; English ones are not translated."""
        source = iter(texts)
        while window := list(islice(source, _WINDOW)):
            yield from self._window(window, length or Length())

    def summarize_translations(
        self, translations: Sequence[Translation], length: Length | None = None
    ) -> list[Summary]:
        """One summary for each text that has been translated already, in order."""
        length = length or Length()
        sources = [translation.source.text for translation in translations]
        if self.order == "translate-first":
            targets = [translation.text for translation in translations]
            return self._of_targets(sources, targets, length)
        known = {s.source: s.target for t in translations for s in t.segments}
        return self._of_sources(sources, known, length)

    def _window(self, texts: Sequence[str], length: Length) -> list[Summary]:
        arabic = [text for text in texts if language_of(text) == "ar"]
        english = [text for text in texts if language_of(text) != "ar"]
        found = dict(zip(english, self.summarizer.summarize_many(english, length), strict=True))
        if self.order == "translate-first":
            targets = [translation.text for translation in self.translator.translate_many(arabic)]
            made = self._of_targets(arabic, targets, length)
        else:
            made = self._of_sources(arabic, {}, length)
        found.update(zip(arabic, made, strict=True))
        return [found[text] for text in texts]

    def _of_targets(
        self, sources: Sequence[str], targets: Sequence[str], length: Length
    ) -> list[Summary]:
        summaries = self.summarizer.summarize_many(targets, length)
        return [
            _checked_again(source, summary, summary.text, length)
            for source, summary in zip(sources, summaries, strict=True)
        ]

    def _of_sources(
        self, sources: Sequence[str], known: Mapping[str, str], length: Length
    ) -> list[Summary]:
        """Summaries in Arabic, translated; `known` has sentences that have been translated."""
        summaries = list(self.summarizer.summarize_many(sources, length))
        wanted = [piece for summary in summaries for piece in _pieces(summary)]
        todo = [piece for piece in dict.fromkeys(wanted) if piece not in known]
        done = {s.source: s.target for s in self.translator.translate_segments(todo)}
        english = {**known, **done}
        return [
            _translated(source, summary, english, length)
            for source, summary in zip(sources, summaries, strict=True)
        ]


def _pieces(summary: Summary) -> list[str]:
    """What is translated by itself: the sentences."""
    from summarize.extractive import sentences_of

    return [sentence.text for sentence in summary.sentences or sentences_of(summary.text)]


def _translated(
    source: str, summary: Summary, english: Mapping[str, str], length: Length
) -> Summary:
    """The summary in English; English has more words, so the least important sentences may go."""
    pieces = summary.sentences or tuple(
        Sentence(piece, place, -place) for place, piece in enumerate(_pieces(summary))
    )
    kept = list(pieces)
    while len(kept) > 1 and not length.allows([english[piece.text] for piece in kept]):
        kept.remove(min(kept, key=lambda piece: piece.rating))
    text = " ".join(english[piece.text].strip() for piece in kept)
    chosen = tuple(kept) if summary.sentences else ()
    return _checked_again(source, replace(summary, sentences=chosen), text, length)


def _checked_again(source: str, summary: Summary, text: str, length: Length) -> Summary:
    """The summary with an English text, checked against the Arabic source."""
    found = checked(source, text, length, method=summary.method, model=summary.model)
    kept = tuple(flag for flag in summary.flags if flag in {"repetition", "copied"})
    flags = tuple(dict.fromkeys((*found.flags, *kept)))
    return replace(
        summary,
        text=text,
        language="en",
        flags=flags,
        unsupported=found.unsupported,
        overlap=None,
    )
