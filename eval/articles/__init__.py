"""Article sets to evaluate on: the sample set of the project, and those that users bring.

A set is JSON Lines, one article a line (see README.md beside this file), or plain parallel text.
The sample articles were written for this project; licence CC0.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path

from eval.published import hub_file, sacrebleu_set
from eval.reading import kind, objects, read_lines, read_objects, text, texts
from mt.errors import InputError

SAMPLE = Path(__file__).parent / "articles.jsonl"


@dataclass(frozen=True)
class EvalSegment:
    """A sentence, heading or list item, and its translation."""

    source: str
    reference: str = ""
    paragraph: int = 0  # 0 is the headline


@dataclass(frozen=True)
class Name:
    """A name that a good translation carries, in any one of the spellings."""

    source: str
    reference: tuple[str, ...]


@dataclass(frozen=True)
class EvalArticle:
    """An Arabic article, and what people made of it; a part that nobody wrote is empty."""

    id: str
    segments: tuple[EvalSegment, ...]
    category: str = ""
    summary_en: str = ""
    summary_ar: str = ""
    names: tuple[Name, ...] = ()
    numbers: tuple[str, ...] = ()  # as the reference writes them
    dateline: str = ""
    page: str = ""  # file of the scraped page that holds the article, beside the set

    @property
    def sources(self) -> list[str]:
        """The Arabic segments."""
        return [segment.source for segment in self.segments]

    @property
    def references(self) -> list[str]:
        """Their translations."""
        return [segment.reference for segment in self.segments]

    @property
    def source(self) -> str:
        """The Arabic article as one text, a paragraph a line."""
        return self.laid_out(self.sources)

    @property
    def reference(self) -> str:
        """Its translation as one text, a paragraph a line."""
        return self.laid_out(self.references)

    def laid_out(self, parts: Sequence[str]) -> str:
        """One text for each segment, as one text with a paragraph a line."""
        pairs = zip(self.segments, parts, strict=True)
        paragraphs = groupby(pairs, key=lambda pair: pair[0].paragraph)
        return "\n".join(" ".join(part for _, part in group) for _, group in paragraphs)


@dataclass(frozen=True)
class ArticleSet:
    """Articles that are scored together."""

    name: str
    articles: tuple[EvalArticle, ...]

    @cached_property
    def identity(self) -> str:
        """A hash of everything in the set: equal only for equal sets."""
        content = json.dumps([asdict(article) for article in self.articles], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def segments(self) -> list[EvalSegment]:
        """The segments of all articles, in order."""
        return [segment for article in self.articles for segment in article.segments]


def sample_set() -> ArticleSet:
    """The articles that come with the project."""
    return replace(load_articles(SAMPLE), name="sample set")


def load_articles(path: Path) -> ArticleSet:
    """The set in a JSON Lines file, or in all `*.jsonl` of a folder.

    Raises:
        InputError: a file cannot be read, or a line is no article; it says which, and why.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    articles = tuple(article for file in files for article in _read_articles(file))
    if not articles:
        raise InputError(f"no articles in {path}; give JSON Lines, one article a line")
    seen: set[str] = set()
    for article in articles:
        if article.id in seen:
            raise InputError(f"two articles of {path} have the id {article.id!r}; ids are unique")
        seen.add(article.id)
    return ArticleSet(path.stem, articles)


def load_set(name: str, *, offline: bool = False) -> ArticleSet:
    """The set of that name: a file or folder, sacrebleu:NAME, or hub:OWNER/NAME#FILE.

    A file holds articles, or (`.tsv`) source and reference with a tab between.

    Raises:
        InputError: it cannot be read, or a line of it is wrong; it says which, and why.
        DownloadError: a published set is not in its cache and could not be fetched.
    """
    where, _, rest = name.partition(":")
    if where == "sacrebleu":
        return ArticleSet(rest, tuple(_documents(sacrebleu_set(rest, offline=offline))))
    path = hub_file(rest, offline=offline) if where == "hub" else Path(name)
    if path.suffix.lower() != ".tsv":
        return load_articles(path)
    pairs = [line.split("\t") for line in read_lines(path)]
    for number, pair in enumerate(pairs, start=1):
        if len(pair) != 2:
            raise InputError(
                f"{path}, line {number} has {len(pair)} columns; give source, tab, reference"
            )
    return _one_article(path, [tuple(pair) for pair in pairs])


def load_parallel(source: Path, reference: Path) -> ArticleSet:
    """One article made of two text files, a segment a line.

    Raises:
        InputError: a file cannot be read, is empty, or the files differ in length.
    """
    sources, references = read_lines(source), read_lines(reference)
    if len(sources) != len(references):
        raise InputError(
            f"{source} has {len(sources)} lines but {reference} has {len(references)}: "
            f"line {min(len(sources), len(references)) + 1} has no partner"
        )
    return _one_article(source, list(zip(sources, references, strict=True)))


def _documents(rows: Iterable[tuple[str, str, str]]) -> Iterator[EvalArticle]:
    for document, group in groupby(rows, key=lambda row: row[0]):
        segments = (EvalSegment(source, ref, i) for i, (_, source, ref) in enumerate(group))
        yield EvalArticle(document, tuple(segments))


def _one_article(path: Path, pairs: Sequence[tuple[str, ...]]) -> ArticleSet:
    if not pairs:
        raise InputError(f"{path} is empty; give one segment a line")
    segments = tuple(EvalSegment(pair[0], pair[1], i) for i, pair in enumerate(pairs))
    return ArticleSet(path.stem, (EvalArticle(path.stem, segments),))


def _read_articles(path: Path) -> Iterator[EvalArticle]:
    for place, value in read_objects(path):
        yield EvalArticle(
            id=text(value, "id", place, required=True),
            segments=tuple(_segments(value, place)),
            category=text(value, "category", place),
            summary_en=text(value, "summary_en", place),
            summary_ar=text(value, "summary_ar", place),
            names=tuple(_names(value, place)),
            numbers=texts(value, "numbers", place),
            dateline=text(value, "dateline", place),
            page=text(value, "page", place),
        )


def _segments(article: Mapping[str, object], place: str) -> Iterator[EvalSegment]:
    segments = objects(article, "segments", place)
    if not segments:
        raise InputError(f"{place}: no `segments`; an article needs at least one")
    for i, segment in enumerate(segments):
        where = f"{place}, segment {i}"
        paragraph = segment.get("paragraph", i)
        if not isinstance(paragraph, int):
            raise InputError(f"{where}: `paragraph` is {kind(paragraph)}, not a whole number")
        source = text(segment, "source", where, required=True)
        yield EvalSegment(source, text(segment, "reference", where), paragraph)


def _names(article: Mapping[str, object], place: str) -> Iterator[Name]:
    for i, name in enumerate(objects(article, "names", place)):
        where = f"{place}, name {i}"
        yield Name(text(name, "source", where, required=True), texts(name, "reference", where))
