"""Inputs are found and outputs mapped before anything is done; nothing half-written stays."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

from mt.errors import InputError
from mt.files import (
    Input,
    encoding_of,
    find_inputs,
    map_outputs,
    open_input,
    output_folder,
)
from mt.outputs import locked, replacing

SCANDIR = os.scandir


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a/one.txt", "a/b/two.jsonl", "a/.hidden.txt", "a/image.jpg", "c.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("نعم\n", encoding="utf-8")
    return tmp_path


def places(inputs: list[Input]) -> list[str]:
    return [str(item.place) for item in inputs]


def test_no_argument_is_standard_input() -> None:
    assert [item.path for item in find_inputs([])] == [None]


def test_a_folder_stands_for_the_files_below_it(tree: Path) -> None:
    assert places(find_inputs([str(tree / "a")])) == ["one.txt", "b/two.jsonl"]


def test_a_pattern_and_a_file_named_twice(tree: Path) -> None:
    found = find_inputs([str(tree / "**" / "*.txt"), str(tree / "a" / "one.txt")])
    assert places(found) == ["one.txt"]


def test_a_file_of_any_suffix_is_taken_when_named(tree: Path) -> None:
    assert places(find_inputs([str(tree / "a" / "image.jpg")])) == ["image.jpg"]


@pytest.mark.parametrize("name", ["missing.txt", "*.nothing"])
def test_what_names_nothing_is_an_error(tree: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        find_inputs([str(tree / name)])


def test_a_folder_without_texts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no files to read"):
        find_inputs([str(tmp_path)])


def test_a_symlink_loop_ends(tree: Path) -> None:
    (tree / "a" / "loop").symlink_to(tree / "a")
    (tree / "a" / "self.txt").symlink_to(tree / "a" / "self.txt")
    assert places(find_inputs([str(tree / "a")])) == ["one.txt", "b/two.jsonl"]


def test_the_output_folder_is_no_input(tree: Path) -> None:
    output = tree / "a" / "out"
    for _ in range(2):
        inputs = find_inputs([str(tree / "a")], output)
        assert places(inputs) == ["one.txt", "b/two.jsonl"]
        for path in map_outputs(inputs, output).values():
            assert path
            with replacing(path) as file:
                file.write("text")


def test_a_folder_that_cannot_be_read_is_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if path == str(tree / "a" / "b"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return SCANDIR(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(InputError, match=r"cannot read .*/a/b: Permission denied"):
        find_inputs([str(tree / "a")])


def test_what_is_in_a_folder_that_must_not_be_entered_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: str, **_: object) -> os.stat_result:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refuse)
        with pytest.raises(InputError, match=r"cannot read /shut/one\.txt: Permission denied"):
            find_inputs(["/shut/one.txt"])


def test_one_file_goes_to_a_file_and_a_folder_to_a_tree(tree: Path) -> None:
    one = find_inputs([str(tree / "a" / "one.txt")])
    assert list(map_outputs(one, tree / "out.txt").values()) == [tree / "out.txt"]
    many = find_inputs([str(tree / "a")])
    out = tree / "out"
    assert list(map_outputs(many, out).values()) == [out / "one.txt", out / "b/two.jsonl"]
    for stdout in (None, "-", "/dev/stdout"):
        assert list(map_outputs(many, stdout).values()) == [None, None]
        assert output_folder(stdout, map_outputs(many, stdout)) is None


def test_a_folder_of_one_file_is_still_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("x")
    outputs = map_outputs(find_inputs([str(tmp_path / "in")]), tmp_path / "out")
    assert list(outputs.values()) == [tmp_path / "out" / "a.txt"]


def test_a_slash_at_the_end_makes_a_folder(tree: Path) -> None:
    one = find_inputs([str(tree / "a" / "one.txt")])
    for output, expected in (
        (f"{tree}/new/", tree / "new/one.txt"),
        (f"{tree}/new", tree / "new"),
    ):
        mapped = map_outputs(one, output)
        assert list(mapped.values()) == [expected]
        assert output_folder(output, mapped) == (tree / "new" if expected.suffix else None)
    with pytest.raises(InputError, match="a folder is needed"):
        map_outputs(one, f"{tree}/c.csv/")


def test_a_suffix_takes_the_place_of_the_old_one(tree: Path) -> None:
    many = find_inputs([str(tree / "a")])
    assert [p.name for p in map_outputs(many, tree / "o", ".jsonl").values() if p] == [
        "one.jsonl",
        "two.jsonl",
    ]


def test_an_input_is_never_overwritten(tree: Path) -> None:
    with pytest.raises(InputError, match="is an input"):
        map_outputs(find_inputs([str(tree / "a")]), tree / "a")
    link = tree / "link.txt"
    link.symlink_to(tree / "a" / "one.txt")
    with pytest.raises(InputError, match="is an input"):
        map_outputs(find_inputs([str(tree / "a" / "one.txt")]), link)


def test_two_results_never_go_to_one_place(tree: Path) -> None:
    (tree / "one.txt").write_text("x")
    inputs = find_inputs([str(tree / "a" / "one.txt"), str(tree / "one.txt")])
    with pytest.raises(InputError, match="would both be written"):
        map_outputs(inputs, tree / "out")


def test_several_inputs_need_a_folder(tree: Path) -> None:
    with pytest.raises(InputError, match="a folder is needed"):
        map_outputs(find_inputs([str(tree / "a")]), tree / "c.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told_before_work(tree: Path) -> None:
    (tree / "shut").mkdir(mode=0o500)
    with pytest.raises(InputError, match="no permission"):
        map_outputs(find_inputs([str(tree / "a")]), tree / "shut" / "out")


def test_an_output_below_a_file_is_told_before_work(tree: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        map_outputs(find_inputs([str(tree / "a" / "one.txt")]), tree / "c.csv" / "out.txt")


def test_an_output_may_be_a_device_or_a_link_to_nowhere(tree: Path) -> None:
    one = find_inputs([str(tree / "a" / "one.txt")])
    loop = tree / "loop"
    loop.symlink_to(loop)
    for output in (Path("/dev/null"), loop):
        assert list(map_outputs(one, output).values()) == [output]


ARABIC = "قال المتحدث إن الاجتماع عقد اليوم في دمشق، وإن النتائج ستعلن غداً.\n"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1256", "cp1256"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, expected: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes((ARABIC * 20).encode(encoding))
    item = Input(path, PurePath("x.txt"))
    assert encoding_of(item) == expected
    with open_input(item, encoding_of(item)) as file:
        assert file.read() == ARABIC * 20


def test_a_nul_byte_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"abc\0def")
    with pytest.raises(InputError, match="NUL byte at offset 3"):
        encoding_of(Input(path, PurePath("x.txt")))


def test_a_file_that_is_cut_within_a_character(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("نعم".encode()[:-1])
    with pytest.raises(InputError, match=r"\(byte 0xd9 at offset 4\); it seems to be cut off"):
        encoding_of(Input(path, PurePath("x.txt")))


def test_a_file_is_replaced_only_when_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.txt"
    with replacing(path) as file:
        file.write("first\r\n")
    assert path.read_bytes() == b"first\r\n"
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write("half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"first\r\n"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(InputError, match="No space left"), replacing(path) as file:
        os.dup2(os.open("/dev/full", os.O_WRONLY), file._file.fileno())
        file.write("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_device_and_a_pipe_are_written_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as file:
        file.write("text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_link_stays_and_so_do_the_permissions_of_its_file(tmp_path: Path) -> None:
    path, link = tmp_path / "x.txt", tmp_path / "link.txt"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)
    with replacing(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_name_as_long_as_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("خبر" * 41 + "خ.txt")
    assert len(path.name.encode()) > 250
    with replacing(path) as file:
        file.write("text")
    assert path.read_text() == "text"


def test_a_folder_is_locked_for_one_run(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(InputError, match="another run is writing"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in (".tarjama-x1y2", "deep/.tarjama-a3b4", "deep/text.txt"):
        (tmp_path / name).write_text("text")
    with locked(tmp_path):
        pass
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "deep/text.txt"]
