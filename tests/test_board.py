"""Boards hold every system and baseline, with the scores that the tools themselves give."""

from __future__ import annotations

import pytest
import sacrebleu
from evaluated import articles, references, translation, worse

from eval.articles import ArticleSet, EvalArticle, EvalSegment
from eval.board import Board, boards
from eval.metrics import rouge
from eval.runner import Output, Run
from eval.systems import System
from mt.errors import InputError

pytestmark = pytest.mark.usefixtures("no_comet")
SET = articles()
GOOD = translation("good", references(SET), SET)
BAD = translation("bad", worse(references(SET)), SET)


@pytest.fixture(scope="module")
def board() -> Board:
    return boards([GOOD, BAD], SET, samples=50)[0]


def value(board: Board, metric: str, system: str) -> float:
    return next(r.score.value for r in board.results if (r.metric, r.system) == (metric, system))


def test_scores_are_those_of_sacrebleu(board: Board) -> None:
    expected = sacrebleu.corpus_bleu(BAD.texts, [references(SET)]).score
    assert value(board, "bleu", "bad") == expected < value(board, "bleu", "good")
    assert value(board, "ter", "bad") == sacrebleu.corpus_ter(BAD.texts, [references(SET)]).score


def test_the_copy_baseline_comes_last_and_is_flagged(board: Board) -> None:
    assert [run.system.name for run in board.runs] == ["good", "bad", "copy"]
    assert value(board, "flagged", "copy") == 100
    assert value(board, "flagged", "good") == 0
    assert value(board, "numbers", "copy") == 100
    assert value(board, "names", "copy") == 0 < value(board, "names", "good")


def test_scores_by_article_come_from_its_segments(board: Board) -> None:
    counts = next(c for c in board.counts if c.measure.key == "bleu")
    by_article = board.by_article(counts, "bad")
    own = [segment.reference for segment in SET.articles[0].segments]
    assert by_article[0] == sacrebleu.corpus_bleu(BAD.texts[:4], [own]).score
    assert len(by_article) == len(board.articles) == len(SET.articles)


def test_names_are_counted_by_article(board: Board) -> None:
    counts = next(c for c in board.counts if c.measure.key == "names")
    assert board.by_article(counts, "good") == [100] * len(SET.articles)


def test_summaries_meet_four_baselines_and_none_beats_the_oracle() -> None:
    summaries = [article.summary_en for article in SET.articles]
    run = Run(System("mine", "x", "summarize"), "w", tuple(map(Output, summaries)))
    board = boards([run], SET, samples=50)[0]
    names = [run.system.name for run in board.runs]
    assert names == ["mine", "lead-3", "LexRank", "TextRank", "oracle"]
    assert value(board, "rouge1", "mine") == 100
    for name in ("lead-3", "LexRank", "TextRank"):
        total = sum(value(board, key, name) for key in ("rouge1", "rouge2"))
        best = sum(value(board, key, "oracle") for key in ("rouge1", "rouge2"))
        assert total <= best + 1e-9
        texts = next(run.texts for run in board.runs if run.system.name == name)
        assert value(board, "rougeL", name) == pytest.approx(rouge(texts, [summaries]).value)
        assert value(board, "coverage", name) == 100


def test_each_task_has_its_board() -> None:
    english = Run(System("e", "x", "summarize"), "w", tuple(Output("a") for _ in SET.articles))
    digest = Run(System("d", "x+y", "digest"), "w", tuple(Output("b") for _ in SET.articles))
    system = System("a", "x", "summarize", language="ar")
    arabic = Run(system, "w", tuple(Output("دمشق") for _ in SET.articles))
    found = boards([english, GOOD, digest, arabic], SET, samples=50)
    assert [b.key for b in found] == ["summary-en", "translation", "summary-ar"]
    assert [r.system.name for r in found[0].runs][:2] == ["e", "d"]
    assert "split:sentencex" in next(
        r.score.signature for r in found[2].results if r.metric == "rougeLsum"
    )


def test_articles_without_references_cannot_be_scored() -> None:
    bare = ArticleSet("bare", (EvalArticle("x", (EvalSegment("نص"),)),))
    with pytest.raises(InputError, match="article 'x' of bare lacks a translation of every seg"):
        boards([translation("t", ["text"], bare)], bare)
    with pytest.raises(InputError, match="article 'x' of bare lacks a summary"):
        boards([Run(System("s", "x", "summarize"), "w", (Output("a"),))], bare)
