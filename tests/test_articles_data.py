"""The sample article set is sound: complete, aligned, and true to its own names and numbers.

Reads the JSON Lines with the standard library only, so it holds whatever the loaders do.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent / "eval" / "articles"
REQUIRED = {
    "id": str,
    "category": str,
    "segments": list,
    "summary_en": str,
    "summary_ar": str,
    "names": list,
    "numbers": list,
}
OPTIONAL = {"dateline": str, "page": str}
CATEGORIES = {
    "agriculture",
    "conflict",
    "courts",
    "culture",
    "economy",
    "education",
    "elections",
    "environment",
    "health",
    "interview",
    "migration",
    "obituary",
    "politics",
    "science",
    "sport",
    "technology",
    "transport",
    "weather",
}
TASHKEEL = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u0640]")
ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬٪", "0123456789.,%")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NUMBER_WORD = re.compile(
    "واحد|إحدى|أحد|اثن|ثنتي|ثلاث|ثلث|أربع|ربع|خمس|ست|سبع|ثمان|تسع|عشر|عاشر|مئ|مائ|ألف|آلاف|مليون"
    "|نصف|مرتين|ثاني|ثالث|رابع"
)


def load() -> list[dict[str, Any]]:
    lines = (FOLDER / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ARTICLES = load()
IDS = [str(article.get("id")) for article in ARTICLES]
each_article = pytest.mark.parametrize("article", ARTICLES, ids=IDS)


def bare(text: str) -> str:
    """Arabic without vowel signs and tatweel."""
    return TASHKEEL.sub("", text)


def sources(article: dict[str, Any]) -> str:
    return "\n".join(segment["source"] for segment in article["segments"])


def references(article: dict[str, Any]) -> str:
    return "\n".join(segment["reference"] for segment in article["segments"])


def numbers_in(text: str) -> list[str]:
    """Numbers written in digits, as ASCII without thousands separators."""
    return [re.sub(r",(?=\d{3})", "", number) for number in NUMBER.findall(text.translate(DIGITS))]


def strings_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings_in(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings_in(item)]
    return []


def test_the_set_is_large_and_varied() -> None:
    assert len(ARTICLES) >= 24
    assert {article["category"] for article in ARTICLES} >= CATEGORIES
    assert len(set(IDS)) == len(IDS)
    lengths = [len(sources(article).split()) for article in ARTICLES]
    assert min(lengths) < 200 and max(lengths) > 450


def test_the_set_has_the_difficult_things() -> None:
    text = "\n".join(sources(article) for article in ARTICLES)
    for what, pattern in {
        "Arabic-Indic digits": "[٠-٩]",
        "tatweel": "\u0640{2,}",
        "guillemets": "«[^»]+»",
        "straight quotes": '"[^"]+"',
        "vowel signs": "[\u064e-\u0652]",
        "Levantine month": "شباط|نيسان|تشرين|كانون|أيار|حزيران|تموز|أيلول",
        "Western month": "فبراير|مارس|أبريل|يونيو|أكتوبر|نوفمبر|ديسمبر",
        "Hijri year": "14[0-9]{2} ?هـ|١٤[٠-٩]{2} ?هـ",
        "Latin letters": "[A-Za-z]{2,}",
        "bullets": "(?m)^[-•] ",
        "percent sign": "[%٪]",
    }.items():
        assert re.search(pattern, text), what


@each_article
def test_fields(article: dict[str, Any]) -> None:
    assert REQUIRED.keys() <= article.keys() <= REQUIRED.keys() | OPTIONAL.keys()
    for field, value in article.items():
        assert isinstance(value, (REQUIRED | OPTIONAL)[field]), field
        assert value, field
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article["id"])
    for text in strings_in(article):
        assert text.strip() == text != ""
        assert unicodedata.is_normalized("NFC", text)
        assert not re.search(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\n\t]|  ", text)


@each_article
def test_alignment(article: dict[str, Any]) -> None:
    segments = article["segments"]
    for segment in segments:
        assert segment.keys() == {"source", "reference", "paragraph"}
        assert type(segment["paragraph"]) is int
        assert ARABIC_LETTER.search(segment["source"])
        assert not ARABIC_LETTER.search(segment["reference"])
        ratio = len(segment["reference"]) / len(bare(segment["source"]))
        assert 0.75 <= ratio <= 2.5, segment
    paragraphs = [segment["paragraph"] for segment in segments]
    assert paragraphs == sorted(paragraphs)
    assert set(paragraphs) == set(range(paragraphs[-1] + 1))
    assert paragraphs.count(0) == 1, "the headline is one segment"
    assert 150 <= len(sources(article).split()) <= 500


@each_article
def test_digits_of_the_source_are_in_its_reference(article: dict[str, Any]) -> None:
    for segment in article["segments"]:
        found = " ".join(numbers_in(segment["reference"]))
        for number in numbers_in(segment["source"]):
            assert number in found, segment


@each_article
def test_names(article: dict[str, Any]) -> None:
    source, reference = bare(sources(article)), references(article)
    assert len(article["names"]) >= 3
    for name in article["names"]:
        assert name.keys() == {"source", "reference"}
        whole = rf"(?<!\w)[وف]?[بكل]?{re.escape(bare(name['source']))}(?!\w)"
        assert re.search(whole, source), name
        assert name["reference"][0] in reference, name
        assert len(set(name["reference"])) == len(name["reference"]), name
    forms = [name["source"] for name in article["names"]]
    assert len(set(forms)) == len(forms)


@each_article
def test_numbers(article: dict[str, Any]) -> None:
    numbers = article["numbers"]
    assert len(set(numbers)) == len(numbers) >= 2
    for number in numbers:
        assert re.fullmatch(r"\d[\d.,:/–-]*", number), number
        pattern = re.compile(rf"(?<![\d.,]){re.escape(number)}(?!\d|[.,]\d)")
        pairs = [
            segment["source"]
            for segment in article["segments"]
            if pattern.search(segment["reference"])
        ]
        assert pairs, number
        digits = [set(numbers_in(source)) for source in pairs]
        assert any(set(numbers_in(number)) <= found for found in digits) or any(
            NUMBER_WORD.search(bare(source)) for source in pairs
        ), number


@each_article
def test_summaries(article: dict[str, Any]) -> None:
    english, arabic = article["summary_en"], article["summary_ar"]
    assert not ARABIC_LETTER.search(english)
    assert len(ARABIC_LETTER.findall(arabic)) > len(re.findall("[A-Za-z]", arabic))
    assert len(english.split()) < len(references(article).split()) / 2
    assert len(arabic.split()) < len(sources(article).split()) / 2
    for sentence in re.split(r"(?<=[.!?؟])\s+", english + " " + arabic):
        assert sentence not in references(article) and sentence not in sources(article), (
            "a summary is written, not extracted"
        )
    for summary in (english, arabic):
        assert 2 <= len(re.split(r"(?<=[.!?؟])\s+", summary)) <= 3, summary
    allowed = set(numbers_in(references(article))) | set(numbers_in(sources(article)))
    for number in numbers_in(english) + numbers_in(arabic):
        assert number in allowed, number


@each_article
def test_page_holds_the_article(article: dict[str, Any]) -> None:
    if "page" not in article:
        return
    lines = (FOLDER / "pages" / article["page"]).read_text(encoding="utf-8").splitlines()
    lines = [line.strip() for line in lines]
    paragraphs: dict[int, list[str]] = {}
    for segment in article["segments"]:
        paragraphs.setdefault(segment["paragraph"], []).append(segment["source"])
    wanted = [" ".join(part) for part in paragraphs.values()]
    places = [lines.index(part) for part in wanted]
    assert places == sorted(places)
    assert len(lines) > len(wanted) + 10, "a page has furniture too"


def test_every_page_has_its_article() -> None:
    pages = {path.name for path in (FOLDER / "pages").iterdir()}
    assert pages == {article["page"] for article in ARTICLES if "page" in article}
    assert len(pages) >= 2
