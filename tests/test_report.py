"""The report is one valid page with every text in it, escaped, and nothing from the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from evaluated import articles, references, translation, worse
from lxml import html

from eval.board import boards
from eval.gate import Verdict
from eval.manifest import manifest
from eval.report import differences, render
from eval.runner import Output, Run
from eval.systems import System

pytestmark = pytest.mark.usefixtures("no_comet")
SET = articles(3)
HOSTILE = '<script>alert("x")</script> & </article>'


@pytest.fixture(scope="module")
def page() -> str:
    texts = worse(references(SET), every=2)
    texts[3], texts[5] = HOSTILE, ""
    summaries = tuple(Output(a.summary_ar) for a in SET.articles)
    runs = [
        translation("first", texts, SET),
        translation("<b>second</b>", references(SET), SET),
        Run(System("arabic", "x", "summarize", language="ar"), "w", summaries),
    ]
    verdicts = [Verdict("bleu=20", "first", "failed", "first: BLEU 3.00 is below 20 <&>")]
    record = manifest(runs, SET, samples=50, seed=1)
    return render(boards(runs, SET, samples=50), verdicts, record)


@pytest.fixture(scope="module")
def tree(page: str) -> html.HtmlElement:
    return html.document_fromstring(page)


class Balance(HTMLParser):
    """Fails at an end tag that closes no element, or the wrong one."""

    VOID = frozenset({"meta", "input", "br", "link", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"{tag} has an attribute twice: {names}"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An empty element of SVG."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def test_every_element_is_closed(page: str) -> None:
    balance = Balance()
    balance.feed(page)
    balance.close()
    assert balance.open == []
    assert page.startswith("<!doctype html>")


def test_ids_are_unique_and_links_lead_somewhere(tree: html.HtmlElement) -> None:
    ids = tree.xpath("//@id")
    assert len(set(ids)) == len(ids)
    assert {link.lstrip("#") for link in tree.xpath("//a/@href")} <= set(ids)


def test_nothing_comes_from_the_network(page: str, tree: html.HtmlElement) -> None:
    assert not tree.xpath("//@src | //link | //iframe | //img")
    assert not re.search(r"url\(|@import|https?://", page)


def test_texts_are_there_and_escaped(page: str, tree: html.HtmlElement) -> None:
    passage = next(
        p
        for p in tree.find_class("passage")
        if p.get("data-number") == "3" and p.get("data-system") == "first"
    )
    assert HOSTILE in re.sub(r"\s+", " ", passage.text_content())
    assert HOSTILE not in page and "<b>second</b>" not in page
    for segment in SET.segments:
        assert segment.source in tree.text_content()


def test_every_segment_of_every_system_is_there_worst_first(tree: html.HtmlElement) -> None:
    passages = tree.xpath("//div[@data-passages='translation']/article")
    assert len(passages) == 2 * len(SET.segments)
    scores = [float(p.get("data-score")) for p in passages]
    assert scores == sorted(scores) and scores[0] == 0 and scores[-1] == 100


def test_arabic_is_right_to_left_and_english_is_not(tree: html.HtmlElement) -> None:
    for board, columns in [("translation", ["rtl", "auto", "auto"]), ("summary-ar", ["rtl"] * 3)]:
        passage = tree.xpath(f"//div[@data-passages='{board}']/article")[0]
        assert [div.get("dir") for div in passage.xpath("./div/div")] == columns


def test_flags_can_be_filtered(tree: html.HtmlElement) -> None:
    flags = tree.xpath("//div[@data-filters='translation']//select[@name='flag']/option/text()")
    assert "empty" in flags and "numbers" in flags
    empty = [p for p in tree.find_class("passage") if "empty" in p.get("data-flags").split()]
    assert len(empty) == 1 and "nothing" in empty[0].text_content()


def test_tables_have_a_cell_for_every_score(tree: html.HtmlElement) -> None:
    table = tree.xpath("//section[@id='translation']//table")[0]
    head = len(table.xpath("./thead/tr/th"))
    assert [len(row) for row in table.xpath("./tbody/tr")] == [head] * 3
    assert "<b>second</b>" in table.text_content()


def test_the_heat_map_has_each_article_and_a_shade_for_each_score(tree: html.HtmlElement) -> None:
    table = tree.xpath("//table[@class='heat' and @data-metric='bleu']")[0]
    assert table.xpath(".//button/@data-article") == [article.id for article in SET.articles]
    shades = [float(s.split(":")[1]) for s in table.xpath(".//span/@style")]
    assert len(shades) == 3 * 3 and min(shades) == 0 and max(shades) == 1


def test_of_a_score_where_low_is_good_the_lowest_has_the_fullest_colour(
    tree: html.HtmlElement,
) -> None:
    table = tree.xpath("//table[@class='heat' and @data-metric='ter']")[0]
    cells = [(float(s.text), float(s.get("style").split(":")[1])) for s in table.xpath(".//span")]
    assert min(cells)[1] == 1 and max(cells)[1] == 0


def test_plots_lie_in_their_box(tree: html.HtmlElement) -> None:
    circles = tree.xpath("//section[@id='translation']//circle")
    assert len(circles) == 6 * 3
    assert all(100 <= float(circle.get("cx")) <= 300 for circle in circles)


def test_gates_signatures_and_manifest_are_there(tree: html.HtmlElement) -> None:
    text = re.sub(r"\s+", " ", tree.text_content())
    assert "failed bleu=20: first: BLEU 3.00 is below 20 <&>" in text
    assert "nrefs:1|bs:50|seed:12345|case:mixed|eff:no|tok:13a" in text
    assert "weights-1" in text and "50 samples, seed 1" in text


def test_one_article_has_no_heat_map() -> None:
    one = articles(1)
    run = translation("only", references(one), one)
    page = render(boards([run], one, samples=50), [], manifest([run], one, samples=50, seed=1))
    assert "Article by article" not in page and 'class="gates"' not in page


@pytest.mark.parametrize(
    ("reference", "hypothesis", "missing", "new"),
    [
        ("the red car", "the car", ["red "], []),
        ("the car", "the red car", [], ["red "]),
        ("The car.", "the car", [], []),
        ("", "new", [], ["new"]),
        ("old", "", ["old"], []),
        ("وصل الوزير أمس", "وصل السفير أمس", ["الوزير "], ["السفير "]),
    ],
)
def test_differences(reference: str, hypothesis: str, missing: list[str], new: list[str]) -> None:
    left, right = differences(reference, hypothesis)
    assert [text for text, changed in left if changed] == missing
    assert [text for text, changed in right if changed] == new
    assert "".join(text for text, _ in left) == reference
    assert "".join(text for text, _ in right) == hypothesis
