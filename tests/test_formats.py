"""Each format gives its texts and takes the results back, all else as it was."""

from __future__ import annotations

import io
import json
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.errors import InputError
from mt.formats import FormatOptions, Record, format_of, records


def read(text: str, format: str, options: FormatOptions | None = None) -> list[Record]:  # noqa: A002
    return list(records(io.StringIO(text, newline=""), "x", format, options or FormatOptions()))


def rewritten(text: str, format: str, options: FormatOptions | None = None) -> str:  # noqa: A002
    """The file with every text in capitals."""
    return "".join(record.write(record.text.upper()) for record in read(text, format, options))


@given(st.text())
def test_plain_text_comes_back_whole(text: str) -> None:
    for whole in (False, True):
        found = read(text, "text", FormatOptions(whole=whole))
        assert "".join(record.write(record.text) for record in found) == text


def test_plain_text_streams_in_blocks() -> None:
    assert len(read("سطر\r\n" * 1000, "text")) > 10
    assert len(read("سطر\r\n" * 1000, "text", FormatOptions(whole=True))) == 1


def test_json_lines_keep_their_other_fields() -> None:
    text = '{"id": 7, "text": "a", "url": "u"}\n\n{"text": null}'
    assert [record.id for record in read(text, "jsonl")] == ["7", None, "3"]
    lines = rewritten(text, "jsonl").split("\n")
    assert json.loads(lines[0]) == {"id": 7, "text": "a", "url": "u", "translation": "A"}
    assert lines[1] == ""
    assert json.loads(lines[2]) == {"text": None, "translation": ""}


def test_arabic_stays_readable_in_json_lines() -> None:
    assert "سلام" in rewritten('{"text": "سلام"}\n', "jsonl")


def test_half_a_character_is_kept_as_its_escape() -> None:
    text = '{"text": "نعم \\ud800"}\n'
    assert json.loads(rewritten(text, "jsonl").encode()) == {
        "text": "نعم \ud800",
        "translation": "نعم \ud800",
    }


def test_a_result_may_take_the_place_of_its_text() -> None:
    assert rewritten('{"t": "a"}', "jsonl", FormatOptions("t", "t")) == '{"t": "A"}\n'
    assert rewritten("t,n\na,1\n", "csv", FormatOptions("t", "t")) == "t,n\nA,1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"text": "a"}\n{"text": ', "x line 2 is not JSON"),
        ('{"text": "unterminated\n', "x line 1 is not JSON"),
        ("[1]", "x line 1 is not a JSON object"),
        ('{"id": 1, "body": "a"}', "no field 'text'; it has id, body: choose with --field"),
        ('{"text": 5}', "field 'text' is a int, not a text"),
        ("[" * 100_000, "x line 1"),
    ],
)
def test_bad_json_lines_are_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text, "jsonl")


def test_a_table_gets_one_column_more() -> None:
    text = 'id,text\n1,"a, b"\n2,"two\nlines"\n'
    assert [record.id for record in read(text, "csv")] == [None, "1", "2"]
    assert rewritten(text, "csv") == (
        'id,text,translation\n1,"a, b","A, B"\n2,"two\nlines","TWO\nLINES"\n'
    )


def test_columns_of_the_same_name_or_of_none_are_all_kept() -> None:
    text = "id,text,,tag,,tag\r\n1,a,x,y,z,w\r\n\r\n2,b,,,,\r\n"
    assert rewritten(text, "csv") == (
        "id,text,,tag,,tag,translation\r\n1,a,x,y,z,w,A\r\n\r\n2,b,,,,,B\r\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b,c\ttext\n1\tx\n", "a,b,c\ttext\ttranslation\n1\tx\tX\n"),
        ('text\n"five" a\n"six\n', 'text\ttranslation\n"five" a\t"FIVE" A\n"six\t"SIX\n'),
        ('"text"\n"a\tb"\n', 'text\ttranslation\n"a\tb"\t"A\tB"\n'),
    ],
)
def test_tabs_part_cells_and_quotes_do_if_the_header_has_them(text: str, expected: str) -> None:
    assert rewritten(text, "tsv") == expected


def test_a_result_of_two_lines_is_one_cell_of_an_unquoted_table() -> None:
    assert read("text\na\n", "tsv")[1].write("a\n\tb") == "a\ta b\n"


def test_what_a_result_overwrites_is_known() -> None:
    for text, format in (  # noqa: A001
        ('{"text": "a", "translation": "old"}\n', "jsonl"),
        ("translation,text\nold,a\n", "csv"),
    ):
        assert read(text, format)[-1].overwrites
        assert not read(text, format, FormatOptions(output_field="text"))[-1].overwrites
        assert not read(text, format, FormatOptions(output_field="new"))[-1].overwrites
    assert rewritten("translation,text\nold,a\n", "csv") == "translation,text\nA,a\n"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_seen_in_the_header(delimiter: str) -> None:
    text = f"id{delimiter}text\n1{delimiter}a\n"
    assert rewritten(text, "csv") == f"id{delimiter}text{delimiter}translation\n" + (
        f"1{delimiter}a{delimiter}A\n"
    )


def test_a_table_with_a_very_long_field_and_an_empty_table() -> None:
    assert read("text\n" + "a" * 300_000 + "\n", "csv")[1].text == "a" * 300_000
    assert rewritten("text\n", "csv") == "text,translation\n"
    assert rewritten("", "csv") == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,text\n1,a,b\n", "x line 2 has 3 fields, but the header has 2"),
        ("id,body\n1,a\n", "x has no field 'text'; it has id, body: choose with --field"),
        ("text,text\n1,a\n", "x has more than one field 'text'"),
        ('text\n"open\n', "not valid CSV"),
    ],
)
def test_bad_tables_are_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text, "csv")


def test_the_format_is_known_by_its_suffix_or_asked_for() -> None:
    assert format_of(PurePath("a.JSONL")) == "jsonl"
    assert format_of(PurePath("a.unknown")) == format_of(None) == "text"
    assert format_of(PurePath("a.txt"), "csv") == "csv"
    with pytest.raises(InputError, match="choose from auto, text, jsonl, csv, tsv"):
        format_of(None, "pdf")
