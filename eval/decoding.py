"""Loads a system and runs it over its sources; the only file here that touches models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from eval.systems import System, Task
from mt.quality import check
from mt.translator import BATCH_TOKENS, load_translator
from summarize.extractive import extract
from summarize.faithfulness import unsupported
from summarize.length import Length

if TYPE_CHECKING:
    from mt import Translator

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
    if system.task == "summarize":
        return _summarizing(system, system.model, offline=offline)
    translator, _, summarizer = system.model.partition("+")
    translate = _translator(system, translator, offline=offline)
    summarize = _summarizing(system, summarizer, offline=offline)

    def digest(sources: Sequence[str]) -> Results:
        return summarize([translation.text for translation in translate.translate_many(sources)])

    return digest


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


def _translating(translator: Translator) -> Work:
    def translate(sources: Sequence[str]) -> Results:
        for segment in translator.translate_segments(sources):
            yield segment.target, tuple(flag.value for flag in segment.flags)

    return translate


def _summarizing(system: System, model: str, *, offline: bool) -> Work:
    length = Length(system.sentences or Length.sentences, system.max_words)
    if model == "extractive":
        method = "news" if system.method == "auto" else system.method

        def choose(sources: Sequence[str]) -> Results:
            for source in sources:
                found = extract(source, method=method, length=length)
                text = " ".join(sentence.text for sentence in found)
                yield text, flags_of("summarize", source, text)

        return choose
    raise NotImplementedError


def flags_of(task: Task, source: str, text: str) -> tuple[str, ...]:
    """The flags of a text that no system of ours made."""
    if task == "translate":
        return tuple(flag.value for flag in check(source, text))
    return tuple(flag.value for flag in unsupported(source, text).flags)
