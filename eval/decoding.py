"""Loads a system and runs it over its sources; the only file here that touches models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from eval.systems import System, Task
from mt.quality import check
from mt.translator import BATCH_TOKENS, Translator, load_translator
from summarize.crosslingual import EnglishSummarizer
from summarize.faithfulness import unsupported
from summarize.length import Length
from summarize.summarizer import Summarizer, load_summarizer

# A text for each source, and its flags.
Results = Iterator[tuple[str, tuple[str, ...]]]
Work = Callable[[Sequence[str]], Results]


def load(system: System, *, offline: bool = False) -> Work:
    """What turns the sources of the system's task into texts and flags.

    Raises:
        ModelError: a model cannot be loaded.
    """
    if system.task == "translate":
        return _translating(_translator(system, system.model, offline=offline))
    length = Length(system.sentences or Length.sentences, system.max_words)
    if system.task == "summarize":
        summarizer = _summarizer(system, system.model, system.language, offline=offline)
        return _summarizing(summarizer, length)
    translates, _, summarizes = system.model.partition("+")
    translator = _translator(system, translates, offline=offline)
    order = order_of(system)
    language = "ar" if order == "summarize-first" else "en"
    summarizer = _summarizer(system, summarizes, language, offline=offline)
    return _summarizing(EnglishSummarizer(summarizer, translator, order), length)


def order_of(system: System) -> str:
    """Which a digest does first: without a model sentences are best chosen before translating."""
    if system.order != "auto":
        return system.order
    return "summarize-first" if system.model.endswith("+extractive") else "translate-first"


def _translator(system: System, model: str, *, offline: bool) -> Translator:
    return load_translator(
        model,
        backend=system.backend,
        device=system.device,
        quantization=system.quantization,
        beam_size=system.beam_size,
        batch_tokens=system.batch_tokens or BATCH_TOKENS,
        offline=offline,
    )


def _summarizer(system: System, model: str, language: str, *, offline: bool) -> Summarizer:
    return load_summarizer(
        model,
        language=language,
        method=system.method,
        backend=system.backend,
        device=system.device,
        quantization=system.quantization,
        beam_size=system.beam_size,
        offline=offline,
    )


def _translating(translator: Translator) -> Work:
    def translate(sources: Sequence[str]) -> Results:
        for segment in translator.translate_segments(sources):
            yield segment.target, tuple(flag.value for flag in segment.flags)

    return translate


def _summarizing(summarizer: Summarizer, length: Length) -> Work:
    def summarize(sources: Sequence[str]) -> Results:
        for summary in summarizer.summarize_many(sources, length):
            yield summary.text, tuple(flag.value for flag in summary.flags)

    return summarize


def flags_of(task: Task, source: str, text: str) -> tuple[str, ...]:
    """The flags of a text that no system of ours made."""
    if task == "translate":
        return tuple(flag.value for flag in check(source, text))
    return tuple(flag.value for flag in unsupported(source, text).flags)
