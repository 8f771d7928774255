"""Article sets are read whole, or the error says which line of which file is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.articles import ArticleSet, load_articles, load_parallel, load_set, sample_set
from mt.errors import InputError

ARTICLE = {
    "id": "one",
    "category": "economy",
    "segments": [
        {"source": "ارتفاع الأسعار", "reference": "Prices rise", "paragraph": 0},
        {"source": "قال محمد: نعم.", "reference": "Muhammad said: yes.", "paragraph": 1},
        {"source": "ثم سكت.", "reference": "Then he was silent.", "paragraph": 1},
    ],
    "summary_en": "Prices are up.",
    "summary_ar": "الأسعار ارتفعت.",
    "names": [{"source": "محمد", "reference": ["Muhammad", "Mohammed"]}],
    "numbers": ["3"],
}


def written(path: Path, *articles: object) -> Path:
    path.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
    return path


def test_the_sample_set_is_what_the_file_says() -> None:
    articles = sample_set()
    assert len(articles.articles) >= 24
    assert len(articles.segments) > 200
    assert all(s.source and s.reference for s in articles.segments)
    assert all(a.summary_en and a.summary_ar and a.names for a in articles.articles)


def test_an_article_is_laid_out_by_paragraph(tmp_path: Path) -> None:
    article = load_articles(written(tmp_path / "set.jsonl", ARTICLE)).articles[0]
    assert article.reference == "Prices rise\nMuhammad said: yes. Then he was silent."
    assert article.source.split("\n")[1] == "قال محمد: نعم. ثم سكت."
    assert article.laid_out(["a", "b", "c"]) == "a\nb c"
    assert article.names[0].reference == ("Muhammad", "Mohammed")


def test_a_folder_is_all_its_sets(tmp_path: Path) -> None:
    written(tmp_path / "b.jsonl", {**ARTICLE, "id": "second"})
    written(tmp_path / "a.jsonl", {**ARTICLE, "id": "first"})
    (tmp_path / "README.md").write_text("not an article")
    assert [a.id for a in load_set(str(tmp_path)).articles] == ["first", "second"]


def test_what_nobody_wrote_is_empty(tmp_path: Path) -> None:
    bare = {"id": "x", "segments": [{"source": "نص"}, {"source": "نص آخر"}]}
    article = load_articles(written(tmp_path / "set.jsonl", bare)).articles[0]
    assert article.summary_en == "" and article.names == () and article.references == ["", ""]
    assert [segment.paragraph for segment in article.segments] == [0, 1]


def test_the_identity_changes_with_any_text(tmp_path: Path) -> None:
    one = load_articles(written(tmp_path / "set.jsonl", ARTICLE))
    again = load_articles(written(tmp_path / "same.jsonl", ARTICLE))
    other = ArticleSet(one.name, (replace(one.articles[0], summary_en="Prices fell."),))
    assert one.identity == again.identity != other.identity


def test_parallel_files_are_one_article(tmp_path: Path) -> None:
    (tmp_path / "ar.txt").write_bytes("\ufeffنعم\u2028لا\r\nشكرا\r\n".encode())
    (tmp_path / "en.txt").write_text("yes\u2028no\nthanks\n", "utf-8")
    article = load_parallel(tmp_path / "ar.txt", tmp_path / "en.txt").articles[0]
    assert article.sources == ["نعم\u2028لا", "شكرا"]
    assert article.references == ["yes\u2028no", "thanks"]


def test_a_table_of_pairs_is_one_article(tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text("نعم\tyes\nلا\tno\n", "utf-8")
    assert load_set(str(tmp_path / "set.tsv")).articles[0].references == ["yes", "no"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"set.jsonl, line 2 is not JSON: .* at column 2"),
        ("[1]", r"line 2 is a list with a number, not a JSON object"),
        ('{"segments": []}', r"line 2: no `id`; it has `segments`"),
        ('{"id": 7}', r"line 2: `id` is a number, not a string"),
        ('{"id": "x"}', r"line 2: no `segments`"),
        ('{"id": "x", "segments": ["a"]}', r"`segments` is a list with a string, not a list of"),
        ('{"id": "x", "segments": [{"reference": "a"}]}', r"line 2, segment 0: no `source`; it h"),
        (
            '{"id": "x", "segments": [{"source": "a", "paragraph": "1"}]}',
            r"is a string, not",
        ),
        (
            '{"id": "x", "segments": [{"source": "a"}], "numbers": [1]}',
            r"`numbers` is a list",
        ),
        ('{"id": "x", "segments": [{"source": "a"}], "names": null}', r"`names` is null"),
        (json.dumps({**ARTICLE, "summary_en": "again"}), r"two articles of .* have the id 'one'"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = written(tmp_path / "set.jsonl", ARTICLE)
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(InputError, match=message):
        load_articles(path)


def test_files_that_are_not_parallel(tmp_path: Path) -> None:
    (tmp_path / "ar.txt").write_text("نعم\nلا\n", "utf-8")
    (tmp_path / "en.txt").write_text("yes\n", "utf-8")
    with pytest.raises(InputError, match=r"ar.txt has 2 lines but .*en.txt has 1: line 2 has no"):
        load_parallel(tmp_path / "ar.txt", tmp_path / "en.txt")


def test_a_table_with_a_missing_column(tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text("نعم\tyes\nلا\n", "utf-8")
    with pytest.raises(InputError, match=r"set.tsv, line 2 has 1 columns"):
        load_set(str(tmp_path / "set.tsv"))


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_set_without_articles(tmp_path: Path, content: str) -> None:
    (tmp_path / "set.jsonl").write_text(content)
    with pytest.raises(InputError, match="no articles in"):
        load_articles(tmp_path / "set.jsonl")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none.jsonl: No such file"):
        load_articles(tmp_path / "none.jsonl")
