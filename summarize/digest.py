"""A digest: of an Arabic article the headline, the translation and a summary, all in English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mt.article import Article
from mt.translator import Translation
from summarize.crosslingual import EnglishSummarizer
from summarize.length import Length
from summarize.summarizer import Summary

_WINDOW = 16  # articles whose segments fill batches together


@dataclass(frozen=True)
class Digest:
    """What a reader without Arabic needs of an article, and what is doubtful about it."""

    headline: Translation  # empty if the article has none
    dateline: Translation
    captions: Translation  # one a line
    body: Translation
    summary: Summary

    @property
    def flags(self) -> tuple[str, ...]:
        """Every flag of the translation and of the summary."""
        parts = (self.headline, self.dateline, self.captions, self.body)
        found = [flag.value for part in parts for flag in part.flags]
        return (*found, *(flag.value for flag in self.summary.flags))


class Digester:
    """Makes digests with a summarizer and the translator that it has."""

    def __init__(self, summarizer: EnglishSummarizer) -> None:
        self.summarizer = summarizer

    def digest_many(
        self, pages: Iterable[str], length: Length | None = None, *, is_page: bool = True
    ) -> Iterator[Digest]:
        """One digest for each page, in order; at most a window of pages is read ahead.

        Args:
            is_page: look for headline, dateline, captions and body in what was scraped; if not,
                all of the text is body.
        """
        source = iter(pages)
        while window := list(islice(source, _WINDOW)):
            parts = [part for page in window for part in _parts(page, is_page)]
            done = list(self.summarizer.translator.translate_many(parts))
            rows = zip(*(done[part::4] for part in range(4)), strict=True)
            summaries = self.summarizer.summarize_translations(done[3::4], length)
            for (headline, dateline, captions, body), summary in zip(rows, summaries, strict=True):
                yield Digest(headline, dateline, captions, body, summary)


def _parts(page: str, is_page: bool) -> tuple[str, str, str, str]:
    """Headline, dateline, captions, body."""
    if not is_page:
        return "", "", "", page
    article = Article.from_text(page)
    captions = "\n".join(article.captions)
    return article.headline, article.dateline, captions, article.body or article.text
