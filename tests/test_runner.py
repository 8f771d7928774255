"""Systems run in processes of their own, once: outputs are kept as long as nothing changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_models import PAIRS

from eval import runner
from eval.articles import ArticleSet, EvalArticle, EvalSegment
from eval.runner import Run, run, sources_of
from eval.systems import System, parse_system
from mt.errors import InputError, ModelError, ModelNotFoundError

SET = ArticleSet(
    "known by heart",
    (EvalArticle("one", tuple(EvalSegment(*pair, i) for i, pair in enumerate(PAIRS.items()))),),
)


@pytest.fixture(scope="module")
def system(marian: Path) -> System:
    return System("tiny", str(marian), backend="seq2seq")


@pytest.fixture(scope="module")
def done(system: System) -> Run:
    return run(system, SET, isolated=False)


def test_a_run_has_a_text_for_each_segment(done: Run) -> None:
    assert done.texts == list(PAIRS.values())
    assert done.seconds > 0 and done.load_seconds > 0
    assert done.source_words == sum(len(source.split()) for source in PAIRS)
    assert done.identity.startswith("folder:")


def test_a_process_of_its_own_gives_the_same(system: System, done: Run, tmp_path: Path) -> None:
    alone = run(system, SET, cache_folder=tmp_path)
    assert alone.outputs == done.outputs
    assert 50 << 20 < alone.peak_memory < 4 << 30
    assert run(system, SET, cache_folder=tmp_path) == alone


def test_peak_memory_is_that_of_the_process_and_not_of_its_parent(tmp_path: Path) -> None:
    ballast = bytearray(600 << 20)
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])  # touched, so that it is there
    done = run(parse_system("s=extractive"), SET, cache_folder=tmp_path)
    assert runner.peak_memory() > 600 << 20 > done.peak_memory > 10 << 20


@pytest.fixture
def cached(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that has the run; decoding anything else fails with LookupError."""
    run(system, SET, cache_folder=tmp_path, isolated=False)

    def refuse(*arguments: object, **options: object) -> Run:
        raise LookupError("decoded")

    monkeypatch.setattr(runner, "decode", refuse)
    return tmp_path


def test_what_was_decoded_is_not_decoded_again(system: System, cached: Path, done: Run) -> None:
    assert run(system, SET, cache_folder=cached, isolated=False).outputs == done.outputs


def test_another_name_finds_the_same_outputs(system: System, cached: Path) -> None:
    renamed = replace(system, name="renamed")
    assert run(renamed, SET, cache_folder=cached, isolated=False).system.name == "renamed"


def test_other_options_are_decoded(system: System, cached: Path) -> None:
    with pytest.raises(LookupError):
        run(replace(system, beam_size=2), SET, cache_folder=cached, isolated=False)


def test_other_texts_are_decoded(system: System, cached: Path) -> None:
    other = replace(
        SET, articles=(replace(SET.articles[0], segments=(EvalSegment("نعم", "yes"),)),)
    )
    with pytest.raises(LookupError):
        run(system, other, cache_folder=cached, isolated=False)


def test_other_references_are_not_decoded(system: System, cached: Path) -> None:
    segments = tuple(replace(s, reference="other") for s in SET.articles[0].segments)
    other = replace(SET, articles=(replace(SET.articles[0], segments=segments),))
    assert run(system, other, cache_folder=cached, isolated=False).outputs


def test_other_weights_are_decoded(system: System, cached: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(system.model, tmp_path / "copy")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(LookupError):
        run(replace(system, model=str(folder)), SET, cache_folder=cached, isolated=False)


def test_other_code_decodes(system: System, cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_code", lambda: "another hash")
    with pytest.raises(LookupError):
        run(system, SET, cache_folder=cached, isolated=False)


def test_another_engine_decodes(
    system: System, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "version", lambda package: "999")
    with pytest.raises(LookupError):
        run(system, SET, cache_folder=cached, isolated=False)


def test_fresh_decodes(system: System, cached: Path) -> None:
    with pytest.raises(LookupError):
        run(system, SET, cache_folder=cached, fresh=True, isolated=False)


@pytest.mark.parametrize("order", ["auto", "translate-first"])
def test_a_digest_translates_and_summarizes(marian: Path, order: str) -> None:
    system = System("d", f"{marian}+extractive", "digest", backend="seq2seq", order=order)
    done = run(replace(system, sentences=1), SET, isolated=False)
    assert len(done.outputs) == 1
    assert done.texts[0] in PAIRS.values()


def test_a_summarizer_reads_the_translation(bart: Path) -> None:
    system = System("s", str(bart), "summarize", backend="seq2seq")
    done = run(system, SET, isolated=False)
    assert len(done.outputs) == 1 and done.source_words == len(SET.articles[0].reference.split())


def test_errors_come_back_from_the_other_process(system: System, tmp_path: Path) -> None:
    folder = shutil.copytree(system.model, tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError):
        run(replace(system, model=str(folder)), SET)


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ModelNotFoundError):
        run(System("none", "./no/such/model"), SET)


def test_what_each_task_reads() -> None:
    article = EvalArticle(
        "x", (EvalSegment("عنوان", "Title", 0), EvalSegment("نص.", "Text.", 1)), summary_en="s"
    )
    of = ArticleSet("one", (article,))
    assert sources_of(parse_system("t=opus"), of) == ["عنوان", "نص."]
    assert sources_of(parse_system("s=bart-cnn"), of) == ["Title\nText."]
    assert sources_of(parse_system("s=mt5-xlsum,language=ar"), of) == ["عنوان\nنص."]
    assert sources_of(parse_system("d=opus+bart-cnn"), of) == ["عنوان\nنص."]


def test_english_summaries_need_a_translation() -> None:
    bare = ArticleSet("bare", (EvalArticle("x", (EvalSegment("نص"),), summary_en="text"),))
    with pytest.raises(InputError, match="bare has no translations to summarize; run a digest"):
        sources_of(parse_system("s=bart-cnn"), bare)
