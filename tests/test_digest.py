"""Digests: which part of a page becomes what, and how doubts are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mt.arabic import normalise
from mt.backends import DecodingOptions, Hypothesis, Task
from mt.translator import Translator
from summarize.crosslingual import EnglishSummarizer
from summarize.digest import Digest, Digester
from summarize.length import Length
from summarize.pages import DigestPages, digest_article
from summarize.rendering import digest_row, digest_text, paragraphs
from summarize.summarizer import ExtractiveSummarizer

ARTICLES = Path(__file__).parent.parent / "eval" / "articles"
PAGE = (ARTICLES / "pages" / "albukamal-meeting.txt").read_text(encoding="utf-8")
REFERENCES = {
    normalise(segment["source"]): segment["reference"]
    for line in (ARTICLES / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    for segment in json.loads(line)["segments"]
}


class Human:
    """A backend that knows the sample set's reference translations."""

    name = "seq2seq"
    task = Task()
    device = "cpu"
    quantization = "none"
    max_source_tokens = 1000
    defaults = DecodingOptions()

    def __init__(self, otherwise: str = "Unknown.") -> None:
        self.otherwise = otherwise

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        return [len(source.split()) for source in sources]

    def unknown_characters(self, characters: str) -> set[str]:
        return set()

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        return [Hypothesis(REFERENCES.get(source, self.otherwise)) for source in sources]


def digest(page: str, backend: Human | None = None, *, is_page: bool = True) -> Digest:
    translator = Translator(backend or Human(), model="human")
    summarizer = EnglishSummarizer(ExtractiveSummarizer(), translator, "summarize-first")
    [result] = Digester(summarizer).digest_many([page], Length(2), is_page=is_page)
    return result


def test_a_scraped_page_becomes_headline_body_and_summary() -> None:
    result = digest(PAGE)
    assert result.headline.text.startswith("Albukamal: Revolutionary Guard")
    assert result.body.text.startswith("A meeting on Tuesday between commanders")
    assert "2021" in result.dateline.source.text
    assert result.summary.text.startswith("A meeting on Tuesday between commanders")
    assert result.summary.flags == ()
    assert "+A" not in digest_text(result)


def test_a_text_that_is_no_page_is_all_body() -> None:
    result = digest(PAGE, is_page=False)
    assert result.headline.text == result.dateline.text == ""
    assert result.body.source.text == PAGE


def test_paragraphs_of_both_languages_stay_together() -> None:
    result = digest(PAGE)
    pairs = list(paragraphs(result.body))
    assert "".join("".join(p.source for p in pairs).split()) == "".join(
        result.body.source.text.split()
    )
    assert len(pairs) == len(list(result.body.source.paragraphs()))
    assert pairs[0].target.startswith("A meeting on Tuesday")
    assert pairs[0].source.startswith("لم يُفضِ لقاء")


def test_many_pages_come_in_order() -> None:
    pages = [PAGE, "", *(f"{PAGE}\n{i}" for i in range(20))]
    summarizer = EnglishSummarizer(ExtractiveSummarizer(), Translator(Human()), "translate-first")
    found = list(Digester(summarizer).digest_many(pages, is_page=False))
    assert [d.body.source.text for d in found] == pages


def test_doubts_are_shown_in_place_and_named() -> None:
    result = digest("قال الوزير إن المدينة آمنة منذ سنوات.", Human("Marwan said so in 1937."))
    assert result.flags == ("numbers", "numbers", "names")
    text = digest_text(result)
    assert "[not in the article: numbers 1937]" in text
    assert "[not in the article: names Marwan]" in text
    assert "Marwan said so in 1937. [numbers]" in text
    page = digest_article(result)
    assert '<mark title="not in the article">Marwan</mark> said so in <mark' in page
    assert "Names that the article does not have: <b>Marwan</b>" in page
    assert '<span class="flag" title="a number lost, changed or invented">numbers</span>' in page


def test_text_from_outside_cannot_become_markup() -> None:
    page = digest_article(digest("قال <script>alert(1)</script> & نعم", Human("<b>yes</b> & no")))
    assert "<script>" not in page
    assert "<b>yes" not in page


def test_json_places_are_those_in_the_page() -> None:
    row = digest_row(PAGE, digest(PAGE))
    assert all(
        PAGE[s["start"] : s["end"]] == s["text"]
        for s in row["sentences"]  # type: ignore[attr-defined]
    )
    assert row["translator"] == "human"


def test_arabic_runs_right_to_left_everywhere(tmp_path: Path) -> None:
    result = digest(PAGE)
    assert "\u2067البوكمال" in digest_text(result)
    pages = DigestPages(tmp_path)
    html = pages.add(result, "name", tmp_path / "a.html")
    assert html.count('lang="ar" dir="rtl"') == 1 + len(list(paragraphs(result.body))) + len(
        list(paragraphs(result.captions))
    )
    pages.write_index({tmp_path / "a.html"})
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="a.html"' in index
    assert 'dir="rtl">البوكمال' in index
    assert "1 article<" in index
    assert f"{len(result.flags)} flags<" in index


def test_a_page_that_could_not_be_written_is_not_in_the_index(tmp_path: Path) -> None:
    pages = DigestPages(tmp_path)
    for name in ("a.html", "b.html"):
        pages.add(digest(PAGE), name, tmp_path / name)
    pages.write_index({tmp_path / "b.html"})
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="b.html"' in index
    assert 'href="a.html"' not in index


def test_doubts_about_the_dateline_are_shown_too() -> None:
    dateline = digest_article(digest(PAGE)).partition('class="dateline">')[2].partition("</p>")[0]
    assert "numbers</span>" in dateline
