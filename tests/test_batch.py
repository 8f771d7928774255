"""A batch of files: what is finished stays whole and is named; starting again goes on from it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
import typer

from mt.batch import Batch, plan
from mt.console import Console
from mt.errors import InputError
from mt.files import find_inputs, map_outputs
from mt.formats import FormatOptions, Record
from mt.ledger import Ledger
from mt.outputs import NewFile

WHOLE = FormatOptions(whole=True)
NEW = FormatOptions(may_overwrite=False)


@dataclass(frozen=True)
class Upper:
    text: str
    flags: tuple[str, ...] = ()


def upper(texts: Iterable[str]) -> Iterator[Upper]:
    return (Upper(text.upper()) for text in texts)


def interrupted(texts: Iterable[str], after: int) -> Iterator[Upper]:
    for count, result in enumerate(upper(texts)):
        if count == after:
            raise KeyboardInterrupt
        yield result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of 100 files, which is the current one's `in`."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number in range(100):
        Path(f"in/{number:02}.txt").write_text(f"text {number}\n")
    return Path("in")


def run(
    folder: Path,
    *,
    stop_after: int = 1000,
    output: str | None = "out/",
    ledger: Ledger | None = None,
) -> Batch[Upper]:
    todo = plan(map_outputs(find_inputs([str(folder)]), output), "auto", WHOLE)
    batch = Batch(todo.jobs, WHOLE, lambda record, result: record.write(result.text), StringIO())
    console = Console()
    flags = console.run(batch, lambda texts, _: interrupted(texts, stop_after), todo)
    console.end(todo, batch, flags, strict=False, ledger=ledger)
    return batch


def test_ctrl_c_leaves_whole_files_and_names_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(folder, stop_after=37)
    assert sorted(p.name for p in Path("out").iterdir()) == [f"{i:02}.txt" for i in range(37)]
    assert Path("out/36.txt").read_text() == "TEXT 36\n"
    first = ", ".join(f"out/0{number}.txt" for number in range(9))
    assert capsys.readouterr().err == (
        f"error: interrupted; 37 of 100 inputs are done and their outputs whole: {first}, …, "
        "out/36.txt\nrun the same command again to go on from here\n"
    )


def test_few_are_all_named_and_standard_output_has_no_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(folder, stop_after=2)
    assert "2 of 100 inputs are done and their outputs whole: out/00.txt, out/01.txt\n" in (
        capsys.readouterr().err
    )
    with pytest.raises(KeyboardInterrupt):
        run(folder, stop_after=2, output=None)
    assert "interrupted; 2 of 100 inputs are done\n" in capsys.readouterr().err


def test_starting_again_leaves_what_is_done_alone_and_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(folder, stop_after=37)
    before = {path: path.stat().st_ino for path in Path("out").iterdir()}
    Path("out/00.txt").write_text("somebody else's")
    capsys.readouterr()
    batch = run(folder)
    assert (len(batch.finished), batch.unchanged) == (100, 36)
    assert capsys.readouterr().err == "36 of 100 outputs were there already, the same\n"
    after = {path: path.stat().st_ino for path in before}
    assert [path.name for path in before if before[path] != after[path]] == ["00.txt"]
    assert Path("out/00.txt").read_text() == "TEXT 0\n"


def test_what_was_not_decoded_again_is_counted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.found = 12
    run(folder, ledger=ledger)
    assert capsys.readouterr().err == ""
    run(folder, ledger=ledger)
    assert "100 of 100 outputs were there already, the same; 12 texts were known" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("problem", [KeyboardInterrupt, UnicodeError])
def test_a_file_whose_last_text_could_not_be_written_is_not_done(
    folder: Path, problem: type[BaseException]
) -> None:
    Path("out").mkdir()
    Path("out/01.txt").write_text("old")

    def render(record: Record, result: Upper) -> str:
        if "1" in result.text:
            raise problem
        return result.text

    todo = plan(map_outputs(find_inputs([str(folder)]), "out/"), "auto", WHOLE)
    batch = Batch(todo.jobs, WHOLE, render, StringIO())
    with pytest.raises(problem):
        list(batch.run(lambda texts: iter([Upper(text) for text in texts])))
    assert [job.input.name for job in batch.finished] == ["in/00.txt"]
    assert Path("out/01.txt").read_text() == "old"
    assert sorted(path.name for path in Path("out").iterdir()) == ["00.txt", "01.txt"]


def test_an_output_that_cannot_be_written_fails_its_own_input_only(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out/03.txt").mkdir(parents=True)
    with pytest.raises(typer.Exit):
        run(folder)
    assert len([path for path in Path("out").iterdir() if path.is_file()]) == 99
    assert capsys.readouterr().err == (
        "error: cannot write out/03.txt: Is a directory\n1 inputs failed; 99 are done\n"
    )


def test_a_full_disk_ends_the_run_and_what_failed_before_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("in/00.txt").write_bytes(b"\0")
    written: list[str] = []

    def write(self: NewFile, text: str) -> None:
        written.append(text)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(NewFile, "write", write)
    with pytest.raises(InputError, match=r"cannot write out/01.txt: No space left on device"):
        run(folder)
    assert written == ["TEXT 1\n"]
    assert "error: in/00.txt is not text" in capsys.readouterr().err
    assert not list(Path("out").iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_that_takes_no_more_is_an_error_of_ours(folder: Path) -> None:
    todo = plan(map_outputs(find_inputs([str(folder)]), None), "auto", WHOLE)
    with (
        Path("/dev/full").open("w") as stdout,
        pytest.raises(InputError, match="cannot write standard output: No space left on device"),
    ):
        list(Batch(todo.jobs, WHOLE, lambda _, result: result.text, stdout).run(upper))


def test_a_pipe_is_read_once_and_whole() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"text\n")
    os.close(writer)
    todo = plan(map_outputs(find_inputs([f"/dev/fd/{reader}"]), None), "auto", WHOLE)
    out = StringIO()
    list(Batch(todo.jobs, WHOLE, lambda _, result: result.text, out).run(upper))
    os.close(reader)
    assert (todo.size, todo.warnings, out.getvalue()) == (None, [], "TEXT\n")


def test_what_is_odd_about_the_inputs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (
        ("a.html", "<p>"),
        ("b.html", "<p>"),
        ("c", "text"),
        ("d.txt", ""),
        ("e.jsonl", '{"text": "a", "translation": "b"}\n'),
    ):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    outputs = map_outputs(find_inputs(["*"]), "out")
    told = plan(outputs, "auto", NEW).warnings
    assert told == [
        "a.html is read as plain text, as .html is not known; choose with --format",
        "d.txt has no text",
        "e.jsonl has a field 'translation', which is overwritten; choose another with "
        "--output-field",
    ]
    assert plan(outputs, "text", WHOLE).warnings == told[1:2]
