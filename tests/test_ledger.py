"""What was decoded once is remembered by everything that made it, across runs and processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_translator import WordByWord

from mt.backends import DecodingOptions, Hypothesis, Task
from mt.errors import InputError
from mt.ledger import Ledger
from mt.translator import Translator


@given(texts=st.dictionaries(st.text(), st.text(st.characters(exclude_categories=["Cs"]))))
def test_what_is_put_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "l.sqlite"
    hypotheses = {s: Hypothesis(t, -0.25, 3, True) for s, t in texts.items()}
    Ledger(path).put("system", hypotheses)
    assert Ledger(path).get("system", list(texts)) == hypotheses
    assert Ledger(path).get("another", list(texts)) == {}


def test_more_sources_than_a_query_takes(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    hypotheses = {str(i): Hypothesis(str(-i)) for i in range(1700)}
    ledger.put("s", hypotheses)
    assert ledger.get("s", [*hypotheses, "other"]) == hypotheses


def test_a_second_run_decodes_nothing_and_gives_the_same(tmp_path: Path) -> None:
    path, text = tmp_path / "l.sqlite", "نعم. لا.\n١٢ دمشق"
    first = Translator(WordByWord(), ledger=Ledger(path)).translate(text)
    backend = WordByWord()
    ledger = Ledger(path)
    again = Translator(backend, ledger=ledger).translate(text)
    assert again == first
    assert backend.batches == []
    assert ledger.found == 3


@pytest.mark.parametrize(
    "other",
    [
        (WordByWord(), "b", None),
        (WordByWord(quantization="int8"), "a", None),
        (WordByWord(task=Task(prompt="Translate: {source}")), "a", None),
        (WordByWord(), "a", DecodingOptions(beam_size=1)),
    ],
)
def test_another_system_finds_nothing(
    tmp_path: Path, other: tuple[WordByWord, str, DecodingOptions | None]
) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    Translator(WordByWord(), model="a", ledger=ledger).translate("نعم")
    backend, model, options = other
    Translator(backend, model=model, options=options, ledger=ledger).translate("نعم")
    assert backend.batches


def test_a_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    class Killed(WordByWord):
        def speak(self, source: str) -> str:
            if "لا" in source:
                raise KeyboardInterrupt
            return super().speak(source)

    texts = ["نعم نعم نعم", "نعم نعم", "لا"]
    path = tmp_path / "l.sqlite"
    with pytest.raises(KeyboardInterrupt):
        Translator(Killed(), ledger=Ledger(path), batch_tokens=1).translate_segments(texts)
    backend = WordByWord()
    resumed = Translator(backend, ledger=Ledger(path)).translate_segments(texts)
    assert backend.batches == [["لا"]]
    assert resumed == Translator(WordByWord()).translate_segments(texts)


def test_fresh_decodes_anew_and_remembers(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    Translator(WordByWord(), ledger=Ledger(path)).translate("نعم")
    backend = WordByWord()
    Translator(backend, ledger=Ledger(path, fresh=True)).translate("نعم")
    assert backend.batches == [["نعم"]]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match=r"cannot use the cache .*--no-cache"):
        Ledger(path)
