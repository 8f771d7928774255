"""`tarjama translate` as a user meets it: exit code, standard output, standard error."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mt.cli import app

PAGES = Path(__file__).parent.parent / "eval" / "articles" / "pages"
PAGE = "صباح الخير\n\n  شكرا لك\r\n12 %\n"
COMMAND = ["translate", "--prompt", "{source}"]
TRANSLATED = "good morning\n\n  thank you\r\n12 %\n"


@pytest.fixture
def run(llama: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs `tarjama translate` with the tiny model, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def translate(*arguments: str, input: str | bytes | None = None) -> Result:  # noqa: A002
        return CliRunner().invoke(app, [*COMMAND, "-m", str(llama), *arguments], input=input)

    return translate


def write(path: str, text: str, encoding: str = "utf-8") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode(encoding))
    return file


def test_standard_input_is_translated_and_its_white_space_kept(run) -> None:  # type: ignore[no-untyped-def]
    result = run(input=PAGE.encode())
    assert (result.exit_code, result.stdout_bytes.decode(), result.stderr) == (0, TRANSLATED, "")


@pytest.mark.parametrize("text", ["", "\n", "صباح الخير", "\ufeffصباح الخير\n"])
def test_small_inputs(run, text: str) -> None:  # type: ignore[no-untyped-def]
    result = run(input=text.encode())
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == text.lstrip("\ufeff").replace(
        "صباح الخير", "good morning"
    )


def test_a_file_to_a_file(run) -> None:  # type: ignore[no-untyped-def]
    write("in.txt", PAGE)
    result = run("in.txt", "-o", "out.txt")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert Path("out.txt").read_bytes().decode() == TRANSLATED


def test_a_folder_of_two_hundred_files_is_mirrored(run) -> None:  # type: ignore[no-untyped-def]
    for i in range(200):
        write(f"in/{i % 7}/{i}.txt", f"صباح الخير\n{i}\n")
    assert run("in", "-o", "out").exit_code == 0
    for i in range(200):
        assert Path(f"out/{i % 7}/{i}.txt").read_text() == f"good morning\n{i}\n"
    assert len([path for path in Path("out").rglob("*") if path.is_file()]) == 200


def test_json_gives_an_object_for_each_text(run) -> None:  # type: ignore[no-untyped-def]
    write("a.txt", PAGE)
    write("b.jsonl", '{"id": "x", "text": "شكرا لك"}\n\n{"text": "صباح الخير"}\n')
    result = run("a.txt", "b.jsonl", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a.txt", "x", "3"]
    assert rows[0]["translation"] == TRANSLATED
    assert rows[1]["segments"][0] | {"score": None} == {
        "source": "شكرا لك",
        "target": "thank you",
        "score": None,
        "flags": [],
    }
    assert set(rows[0]) == {
        *("id", "source", "translation", "segments", "model", "backend", "device", "seconds")
    }
    assert "شكرا" in result.stdout


def test_json_lines_and_tables_keep_their_fields(run) -> None:  # type: ignore[no-untyped-def]
    write("a.jsonl", '{"id": 1, "body": "شكرا لك"}\n')
    write("b.csv", "id,body\n1,صباح الخير\n")
    result = run("a.jsonl", "b.csv", "--field", "body")
    assert result.exit_code == 0
    assert result.stdout == (
        '{"id": 1, "body": "شكرا لك", "translation": "thank you"}\n'
        "id,body,translation\n1,صباح الخير,good morning\n"
    )


def test_the_furniture_of_a_page_is_left_out_when_asked(run) -> None:  # type: ignore[no-untyped-def]
    page = (PAGES / "albukamal-meeting.txt").read_text(encoding="utf-8")
    assert "+A" in run(input=page).stdout.splitlines()
    article = run("--article", input=page).stdout
    assert "+A" not in article.splitlines()
    assert len(article.splitlines()) > 10


def test_flags_are_counted_and_strict_fails(run) -> None:  # type: ignore[no-untyped-def]
    write("a.jsonl", '{"text": "صباح الخير 77"}\n')
    result = run("a.jsonl", "--strict")
    assert result.exit_code == 3
    assert "flagged: " in result.stderr
    assert "--strict" in result.stderr
    assert result.stdout.startswith('{"text"')


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nul.txt", b"abc\0", "nul.txt is not text: it has a NUL byte at offset 3"),
        ("bad.jsonl", b'{"text": "a"}\n{"te', "bad.jsonl line 2 is not JSON"),
        ("field.jsonl", b'{"id": 1}\n', "field.jsonl line 1 has no field 'text'; it has id"),
        ("table.csv", b"a,text\n1\n", "table.csv line 2 has 1 fields, but the header has 2"),
        (
            "image.txt",
            bytes(range(1, 256)) * 3,
            "image.txt is not UTF-8 (byte 0x80 at offset 127)",
        ),
    ],
)
def test_a_bad_file_is_named_and_the_others_are_done(  # type: ignore[no-untyped-def]
    run, name: str, content: bytes, message: str
) -> None:
    Path(name).write_bytes(content)
    write("good.txt", "شكرا لك\n")
    alone = run(name)
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert f"error: {message}" in alone.stderr
    both = run(name, "good.txt", "-o", "out/")
    assert both.exit_code == 1
    assert f"error: {message}" in both.stderr
    assert "1 inputs failed; 1 are done" in both.stderr
    assert [path.name for path in Path("out").iterdir()] == ["good.txt"]


def test_an_arabic_encoding_is_found_and_named(run) -> None:  # type: ignore[no-untyped-def]
    write("old.txt", "صباح الخير\n" * 20, "cp1256")
    result = run("old.txt")
    assert result.exit_code == 0
    assert result.stdout == "good morning\n" * 20
    assert result.stderr == "warning: old.txt is not UTF-8; it is read as cp1256\n"


def test_standard_input_in_another_encoding_is_an_error(run) -> None:  # type: ignore[no-untyped-def]
    result = run(input="صباح الخير".encode("cp1256"))
    assert result.exit_code == 1
    assert "standard input is not UTF-8 (byte 0xd5)" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt"], "missing.txt: no such file or folder"),
        (["a.txt", "-o", "a.txt"], "a.txt is an input; choose another --output"),
        (["a.txt", "-m", "./nowhere"], "nowhere"),
        (["a.txt", "--prompt", "Translate!"], "the prompt 'Translate!' has no {source}"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, arguments: list[str], message: str) -> None:  # type: ignore[no-untyped-def]
    write("a.txt", "شكرا لك\n")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_wrong_usage_is_exit_code_2(run) -> None:  # type: ignore[no-untyped-def]
    assert run("--beam-size", "0").exit_code == 2
    assert run("--nonsense").exit_code == 2
    assert run("--field", "body", input="text").exit_code == 2  # plain text has no fields


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--format", "pdf", "unknown format 'pdf'; choose from auto, text, jsonl"),
        ("--backend", "onnx", "unknown backend 'onnx'; choose from"),
        ("--device", "cuda:a", "unknown device 'cuda:a'; choose from auto, cpu, cuda, mps"),
        ("--quantization", "int4", "unknown quantization 'int4'; choose from"),
    ],
)
def test_a_value_that_does_not_exist_is_told_before_a_model_is_fetched(
    monkeypatch: pytest.MonkeyPatch, option: str, value: str, message: str
) -> None:
    def choose_model(*_: object, **__: object) -> str:
        raise AssertionError("a model is chosen")

    monkeypatch.setattr("mt.console.Console.choose_model", choose_model)
    result = CliRunner().invoke(app, ["translate", option, value])
    assert result.exit_code == 2
    assert " ".join(result.stderr.replace("│", " ").split()).count(message) == 1


@pytest.mark.parametrize("command", ["translate", "summarize", "digest"])
def test_a_second_run_into_a_folder_is_told_so_before_a_model_loads(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mt.outputs import locked

    monkeypatch.chdir(tmp_path)
    write("in/a.txt", "شكرا لك\n")
    with locked(Path("out")):
        result = CliRunner().invoke(app, [command, "in", "-m", "./nowhere", "-o", "out"])
    assert result.exit_code == 1
    assert "another run is writing into out" in result.stderr


@pytest.mark.parametrize(
    ("model", "backend"),
    [
        ("llama", "causal"),
        ("llama", "ctranslate2"),
        ("marian", "seq2seq"),
        ("marian", "ctranslate2"),
        ("marian", "auto"),
    ],
)
def test_backends_give_the_same_text(  # type: ignore[no-untyped-def]
    run, tiny_model: Callable[[str], Path], model: str, backend: str
) -> None:
    result = run("--backend", backend, "-m", str(tiny_model(model)), input=PAGE)
    assert result.stdout_bytes.decode() == TRANSLATED


def test_help_loads_no_model_library() -> None:
    heavy = ["torch", "transformers", "ctranslate2", "sentencepiece", "huggingface_hub", "sumy"]
    code = (
        "import sys, mt.cli; from typer.testing import CliRunner;"
        "r = CliRunner().invoke(mt.cli.app, ['--help']); assert r.exit_code == 0;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_module_runs_and_tells_its_version() -> None:
    out = subprocess.run(
        [sys.executable, "-m", "mt", "--version"], capture_output=True, text=True, check=True
    )
    assert out.stdout.startswith("tarjama ")


def test_a_broken_pipe_ends_quietly(llama: Path) -> None:
    command = f"{sys.executable} -m mt translate --prompt '{{source}}' -m {llama} | head -n 1"
    text = "صباح الخير\n" * 20_000
    out = subprocess.run(command, shell=True, input=text.encode(), capture_output=True)
    assert out.stdout.decode() == "good morning\n"
    assert out.stderr == b""


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_keeps_what_is_done_and_goes_on(llama: Path, tmp_path: Path) -> None:
    """Ctrl-C while standard input is still open: finished files stay, half ones do not."""
    write(str(tmp_path / "a.txt"), "صباح الخير\n" * 1024)
    command = [sys.executable, "-m", "mt", *COMMAND, "-m", str(llama), "-o"]
    command += [str(tmp_path / "out/"), str(tmp_path / "a.txt"), "-"]
    done = tmp_path / "out" / "a.txt"
    pipe = subprocess.PIPE
    # What a shell starts in the background ignores Ctrl-C, and so would its children.
    with subprocess.Popen(command, stdin=pipe, stderr=pipe, preexec_fn=_heed_ctrl_c) as process:
        assert process.stdin and process.stderr
        process.stdin.write("شكرا لك\n".encode() * 200)
        process.stdin.flush()
        while not list(done.parent.glob(".tarjama-*")):  # it is being written
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        stderr = process.stderr.read().decode()
    assert process.returncode == 130
    assert f"interrupted; 1 of 2 inputs are done and their outputs whole: {done}\n" in stderr
    assert "run the same command again to go on" in stderr
    assert done.read_text() == "good morning\n" * 1024
    assert [path.name for path in done.parent.iterdir()] == ["a.txt"]


def test_a_glossary_is_followed_and_a_bad_one_refused(run) -> None:  # type: ignore[no-untyped-def]
    write("terms.tsv", "صباح الخير\tmorning greetings\n")
    result = run("--glossary", "terms.tsv", input="صباح الخير\nشكرا لك\n".encode())
    assert (result.exit_code, result.stdout) == (0, "morning greetings\nthank you\n")
    write("terms.tsv", "صباح الخير morning\n")
    result = run("--glossary", "terms.tsv", input=PAGE.encode())
    assert (result.exit_code, result.stdout) == (1, "")
    assert "terms.tsv, line 1" in result.stderr
    assert run("--glossary", "none.tsv", input=b"").exit_code == 2
