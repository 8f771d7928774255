"""English summaries of Arabic texts: translate first, or choose in Arabic and translate that.

What is checked is the English summary against the Arabic text, whatever lies between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from mt.errors import InputError
from mt.translator import SegmentTranslation, Translation, Translator
from summarize.extractive import Sentence, choose, rank, sentences_of
from summarize.faithfulness import SummaryFlag, unsupported
from summarize.length import Length
from summarize.summarizer import ExtractiveSummarizer, Summarizer, Summary, checked
from summarize.words import language_of

ORDERS = ("summarize-first", "translate-first")
_WINDOW = 16
_SPARE = 2  # sentences translated for each one wanted: those that came out bad are passed over

Translations = Mapping[str, SegmentTranslation]


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
            return self._of_targets(sources, [t.text for t in translations], length)
        return self._of_sources(
            sources, length, {s.source: s for t in translations for s in t.segments}
        )

    def _window(self, texts: Sequence[str], length: Length) -> list[Summary]:
        arabic = [text for text in texts if language_of(text) == "ar"]
        english = [text for text in texts if language_of(text) != "ar"]
        found = dict(zip(english, self.summarizer.summarize_many(english, length), strict=True))
        if self.order == "translate-first":
            targets = [translation.text for translation in self.translator.translate_many(arabic)]
            made = self._of_targets(arabic, targets, length)
        else:
            made = self._of_sources(arabic, length, {})
        found.update(zip(arabic, made, strict=True))
        return [found[text] for text in texts]

    def _of_targets(
        self, sources: Sequence[str], targets: Sequence[str], length: Length
    ) -> list[Summary]:
        summaries = self.summarizer.summarize_many(targets, length)
        return [
            _in_english(source, summary, summary.text, length)
            for source, summary in zip(sources, summaries, strict=True)
        ]

    def _of_sources(
        self, sources: Sequence[str], length: Length, known: Translations
    ) -> list[Summary]:
        """Summaries in Arabic, translated; `known` has sentences that have been translated."""
        summaries = list(self.summarizer.summarize_many(sources, length))
        pieces = [self._pieces(*pair, length) for pair in zip(sources, summaries, strict=True)]
        wanted = dict.fromkeys(piece.text for some in pieces for piece in some)
        todo = [text for text in wanted if text not in known]
        done = {s.source: s for s in self.translator.translate_segments(todo)}
        return [
            _translated(source, summary, some, {**known, **done}, length)
            for source, summary, some in zip(sources, summaries, pieces, strict=True)
        ]

    def _pieces(self, source: str, summary: Summary, length: Length) -> list[Sentence]:
        """What is translated of a text, the most important first."""
        if not isinstance(self.summarizer, ExtractiveSummarizer):
            return sentences_of(summary.text)
        wanted = max(len(summary.sentences), length.sentences or 0)
        return rank(source, method=self.summarizer.method, wanted=wanted)[: _SPARE * wanted]


def _translated(
    source: str,
    summary: Summary,
    pieces: Sequence[Sentence],
    english: Translations,
    length: Length,
) -> Summary:
    """The summary in English: of its sentences, those first whose translation can be trusted."""
    targets = [replace(piece, text=english[piece.text].target.strip()) for piece in pieces]
    if summary.sentences:
        doubts = {
            target.start: bool(english[piece.text].flags or unsupported(source, target.text).flags)
            for piece, target in zip(pieces, targets, strict=True)
        }
        targets.sort(key=lambda target: doubts[target.start])  # stable: else by importance
    chosen = choose(targets, length)
    places = {sentence.start for sentence in chosen}
    kept = tuple(sorted((p for p in pieces if p.start in places), key=lambda p: p.start))
    summary = replace(summary, sentences=kept if summary.sentences else ())
    texts = [sentence.text for sentence in chosen]
    return _in_english(source, summary, " ".join(texts), length, texts)


def _in_english(
    source: str, summary: Summary, text: str, length: Length, pieces: Sequence[str] | None = None
) -> Summary:
    """The summary with an English text, checked against the Arabic source."""
    found = checked(source, text, length, method=summary.method, pieces=pieces)
    lasting = {SummaryFlag.REPETITION, SummaryFlag.COPIED}
    kept = (flag for flag in summary.flags if flag in lasting)
    return replace(
        summary,
        text=text,
        language="en",
        flags=tuple(dict.fromkeys((*found.flags, *kept))),
        unsupported=found.unsupported,
        overlap=None,
    )
