"""`tarjama summarize` and `tarjama digest`: options, one library call, and what is shown.

Light to import: `mt.cli` registers the commands, and what runs models is imported when they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import typer

from mt.article import Article
from mt.batch import Batch, Plan, plan
from mt.console import Console, result_stream
from mt.errors import InputError
from mt.files import find_inputs, map_outputs, output_folder
from mt.formats import FormatOptions, Record
from mt.ledger import Ledger
from mt.options import (
    BackendName,
    BeamSize,
    Device,
    Field,
    Format,
    Fresh,
    GlossaryFile,
    Inputs,
    Json,
    NoCache,
    Offline,
    Output,
    OutputField,
    Prompt,
    Quantization,
    Quiet,
    Strict,
    Verbose,
)
from mt.outputs import locked
from mt.sources import cache_folder
from summarize.length import Length
from summarize.options import (
    Html,
    Language,
    MaxWords,
    Method,
    OnlyArticle,
    Order,
    Sentences,
    SummaryModel,
    TranslationModel,
)

if TYPE_CHECKING:
    from mt.translator import Translator
    from summarize.choice import Choice
    from summarize.crosslingual import EnglishSummarizer
    from summarize.digest import Digest
    from summarize.summarizer import Summarizer, Summary


class _Flagged(Protocol):
    @property
    def flags(self) -> tuple[str, ...]: ...


Result = TypeVar("Result", bound=_Flagged)
Work = Callable[[Iterable[str]], Iterator[Result]]


@dataclass(frozen=True)
class _Models:
    """Which models the user asked for, and how to run them."""

    console: Console
    model: str
    translator: str
    method: str
    language: str
    order: str
    length: Length
    backend: str
    device: str
    quantization: str
    beam_size: int | None
    prompt: str | None
    glossary: Path | None
    offline: bool
    ledger: Ledger | None

    def choose(self) -> Choice:
        """The summarizer; an impossible wish is told before anything is read."""
        from summarize.choice import choose_summarizer
        from summarize.crosslingual import ORDERS

        if self.order not in ("auto", *ORDERS):
            raise typer.BadParameter(
                f"no order {self.order!r}; choose from auto, {', '.join(ORDERS)}"
            )
        try:
            return choose_summarizer(self.model, self.method, self.language)
        except InputError as error:
            raise typer.BadParameter(str(error)) from None

    def load_summarizer(self, choice: Choice) -> Summarizer:
        return self._load(self._name(choice), choice.method, self.language)

    def _name(self, choice: Choice) -> str:
        if choice.model == "extractive":
            return choice.model
        return self.console.choose_model(choice.model, choice.wish, offline=self.offline)

    def _load(self, name: str, method: str, language: str) -> Summarizer:
        from summarize.summarizer import load_summarizer

        return load_summarizer(
            name,
            language=language,
            method=method,
            length=self.length,
            backend=self.backend,
            device=self.device,
            quantization=self.quantization,
            beam_size=self.beam_size,
            prompt=self.prompt,
            offline=self.offline,
            ledger=self.ledger,
        )

    def load_translator(self) -> Translator:
        from mt.glossary import Glossary
        from mt.translator import load_translator

        return load_translator(
            self.console.choose_model(self.translator, "translate", offline=self.offline),
            device=self.device,
            quantization=self.quantization,
            glossary=Glossary.from_file(self.glossary) if self.glossary else None,
            offline=self.offline,
            ledger=self.ledger,
        )

    def load_english(self, choice: Choice) -> EnglishSummarizer:
        """The summarizer with a translator before or behind it."""
        from summarize.crosslingual import EnglishSummarizer

        name, order = self._name(choice), self.order
        if order == "auto":
            chooses = name == "extractive" and choice.method != "centroid"  # which reads English
            order = "summarize-first" if chooses else "translate-first"
        language = "ar" if order == "summarize-first" else "en"
        summarizer = self._load(name, choice.method, language)
        return EnglishSummarizer(summarizer, self.load_translator(), order)


def summarize(
    inputs: Inputs = None,
    output: Output = None,
    language: Language = "en",
    method: Method = "auto",
    sentences: Sentences = None,
    max_words: MaxWords = None,
    model: SummaryModel = "auto",
    translator: TranslationModel = "auto",
    order: Order = "auto",
    backend: BackendName = "auto",
    device: Device = "auto",
    quantization: Quantization = "auto",
    beam_size: BeamSize = None,
    prompt: Prompt = None,
    glossary: GlossaryFile = None,
    format: Format = "auto",  # noqa: A002 - the name of the option
    field: Field = FormatOptions.field,
    output_field: OutputField = None,
    article: OnlyArticle = True,
    as_json: Json = False,
    strict: Strict = False,
    fresh: Fresh = False,
    no_cache: NoCache = False,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Summarize Arabic or English articles; what the article does not support is flagged."""
    from summarize.rendering import summary_row, to_json

    console = Console(quiet=quiet, verbose=verbose)
    length = _length(sentences, max_words)
    models = _Models(
        console, model, translator, method, language, order, length, backend, device,
        quantization, beam_size, prompt, glossary, offline, _ledger(fresh, no_cache),
    )  # fmt: skip
    choice = models.choose()
    reading = FormatOptions(
        field,
        output_field or "summary",
        may_overwrite=as_json or output_field is not None,
        whole=True,
    )
    outputs = map_outputs(find_inputs(inputs or [], output), output, ".jsonl" if as_json else None)
    todo = plan(outputs, format, reading)
    console.begin(todo, reading)
    with locked(output_folder(output, outputs)):  # before a model loads
        crosses = language == "en" and _has_arabic(todo, reading)
        summarizer = models.load_english(choice) if crosses else models.load_summarizer(choice)

        def work(texts: Iterable[str]) -> Iterator[Summary]:
            return summarizer.summarize_many(map(_body, texts) if article else texts, length)

        def as_row(record: Record, summary: Summary) -> str | None:
            row = {"id": record.id, **summary_row(record.text, summary)}
            return to_json(row) if record.id is not None else None

        def as_text(record: Record, summary: Summary) -> str:
            text = record.write(summary.text)
            return text if text.endswith("\n") else text + "\n"

        batch = Batch(todo.jobs, reading, as_row if as_json else as_text, result_stream())
        flags = console.run(batch, lambda texts, _: work(texts), todo)
    console.end(todo, batch, flags, strict=strict, ledger=models.ledger)


def digest(
    inputs: Inputs = None,
    output: Output = None,
    sentences: Sentences = None,
    max_words: MaxWords = None,
    translator: TranslationModel = "auto",
    model: SummaryModel = "auto",
    method: Method = "auto",
    order: Order = "auto",
    backend: BackendName = "auto",
    device: Device = "auto",
    quantization: Quantization = "auto",
    beam_size: BeamSize = None,
    prompt: Prompt = None,
    glossary: GlossaryFile = None,
    format: Format = "auto",  # noqa: A002 - the name of the option
    field: Field = FormatOptions.field,
    article: OnlyArticle = True,
    html: Html = False,
    as_json: Json = False,
    strict: Strict = False,
    fresh: Fresh = False,
    no_cache: NoCache = False,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Give the headline, the translation and a summary of Arabic articles, in English."""
    from summarize.digest import Digester
    from summarize.pages import DigestPages
    from summarize.rendering import digest_row, digest_text, to_json

    if html and as_json:
        raise typer.BadParameter("give --html or --json, not both")
    console = Console(quiet=quiet, verbose=verbose)
    length = _length(sentences, max_words)
    models = _Models(
        console, model, translator, method, "en", order, length, backend, device,
        quantization, beam_size, prompt, glossary, offline, _ledger(fresh, no_cache),
    )  # fmt: skip
    choice = models.choose()
    reading = FormatOptions(field, whole=True)
    suffix = ".html" if html else ".jsonl" if as_json else ".txt"
    outputs = map_outputs(find_inputs(inputs or [], output), output, suffix)
    todo = plan(outputs, format, reading)
    console.begin(todo, reading)
    folder = output_folder(output, outputs)
    with locked(folder):  # before a model loads
        digester = Digester(models.load_english(choice))

        def work(texts: Iterable[str]) -> Iterator[Digest]:
            return digester.digest_many(texts, length, is_page=article)

        def as_row(record: Record, result: Digest) -> str | None:
            row = {"id": record.id, **digest_row(record.text, result)}
            return to_json(row) if record.id is not None else None

        def as_text(record: Record, result: Digest) -> str | None:
            return digest_text(result) if record.id is not None else None

        def as_page(record: Record, result: Digest) -> str | None:
            job = batch.job
            return pages.add(result, job.input.name, job.output) if record.id is not None else None

        pages = DigestPages(folder)
        render = as_page if html else as_row if as_json else as_text
        batch = Batch(todo.jobs, reading, render, result_stream())
        flags = console.run(batch, lambda texts, _: work(texts), todo)
        if html:
            pages.write_index({job.output for job in batch.finished})
    console.end(todo, batch, flags, strict=strict, ledger=models.ledger)


def _length(sentences: int | None, max_words: int | None) -> Length:
    """Three sentences, unless the words alone say how long."""
    return Length(sentences or (None if max_words else Length.sentences), max_words)


def _ledger(fresh: bool, no_cache: bool) -> Ledger | None:
    return None if no_cache else Ledger(cache_folder() / "ledger.sqlite", fresh=fresh)


def _body(page: str) -> str:
    """The article of a page without its headline, which would be the best extract of all."""
    return Article.from_text(page).body or page


def _has_arabic(todo: Plan, reading: FormatOptions) -> bool:
    """Whether a text is Arabic; of a stream it is taken to be."""
    from summarize.words import language_of

    return any(
        job.input.is_stream
        or any(language_of(record.text) == "ar" for record in job.records(reading))
        for job in todo.jobs
    )
