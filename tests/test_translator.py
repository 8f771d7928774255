"""The translator over backends that are small but real: nothing is lost, mixed up or cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt import translator as translator_module
from mt.backends import DecodingOptions, Hypothesis, Task
from mt.errors import OutOfMemory
from mt.glossary import Glossary, Kind, Term
from mt.quality import Flag
from mt.translator import Translator

WORDS = {"نعم": "yes", "لا": "no", "الاجتماع": "meeting", "في": "in", "دمشق": "damascus"}


@dataclass
class WordByWord:
    """A backend that looks words up: one English word for each Arabic one, a token each."""

    name: str = "seq2seq"
    device: str = "cpu"
    task: Task = field(default_factory=Task)
    quantization: str = "none"
    max_source_tokens: int = 8
    defaults: DecodingOptions = field(default_factory=DecodingOptions)
    unknown: str = ""
    memory: int = 10**9  # tokens of a batch that fit
    batches: list[list[str]] = field(default_factory=list)
    options: list[DecodingOptions] = field(default_factory=list)

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        return [len(source.split()) for source in sources]

    def unknown_characters(self, characters: str) -> set[str]:
        return set(self.unknown) & set(characters)

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        lengths = self.count_tokens(sources)
        if max(lengths) * len(sources) > self.memory:
            raise OutOfMemory("out of memory")
        assert max(lengths) <= self.max_source_tokens
        self.batches.append(list(sources))
        self.options.append(options)
        return [Hypothesis(self.speak(s), -0.5, len(s.split())) for s in sources]

    def speak(self, source: str) -> str:
        return " ".join(WORDS.get(word.strip(".،؟!"), "word") for word in source.split())


class Loops(WordByWord):
    """Says one thing over and over, unless repetition is forbidden."""

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        if options.no_repeat_ngram_size:
            return super().generate(sources, options)
        self.options.append(options)
        return [Hypothesis("salad " * 12, -0.1, 12) for _ in sources]


class Copies(WordByWord):
    """Gives the source back."""

    def speak(self, source: str) -> str:
        return source


TEXT = st.text(st.sampled_from("نعم لا دمشق.؟،\n\r\f \u2028\u200fabc12-"), max_size=60)


@given(st.lists(TEXT, max_size=6))
def test_as_many_texts_come_out_with_the_same_white_space(texts: list[str]) -> None:
    translations = list(Translator(WordByWord()).translate_many(texts))
    assert [t.source.text for t in translations] == texts
    for translation in translations:
        source, target = translation.source.segments, translation.target.segments
        assert [s.tail for s in source if s.tail] == [
            t.tail for s, t in zip(source, target, strict=True) if s.tail
        ]
        assert [s.text for s in source if s.text] == [s.source for s in translation.segments]


def test_structure_and_what_needs_no_translation_stay() -> None:
    text = "  نعم. لا؟\r\n\r\n- https://example.com\n\n١٢ 😀 CNN\f"
    assert Translator(WordByWord()).translate(text).text == (
        "  yes no\r\n\r\n- https://example.com\n\n١٢ 😀 CNN\f"
    )


def test_a_missing_space_between_sentences_is_put_in() -> None:
    assert Translator(WordByWord()).translate("نعم!لا.").text == "yes no"


def test_equal_segments_are_decoded_once() -> None:
    backend = WordByWord()
    assert Translator(backend).translate("نعم\n" * 50).text == "yes\n" * 50
    assert backend.batches == [["نعم"]]


def test_the_model_reads_normalised_text_and_the_user_does_not() -> None:
    backend = WordByWord(unknown="؟")
    translation = Translator(backend).translate("نَعَم؟")
    assert backend.batches[0] == ["نعم?"]
    assert translation.segments[0].source == "نَعَم؟"


@given(st.lists(st.integers(1, 8), min_size=1, max_size=40), st.integers(1, 30))
def test_batches_hold_a_bounded_number_of_tokens(lengths: list[int], bound: int) -> None:
    backend = WordByWord()
    texts = [" ".join(["نعم"] * n) + f" {i}" for i, n in enumerate(lengths)]
    backend.max_source_tokens = 9
    results = Translator(backend, batch_tokens=bound).translate_segments(texts)
    assert [r.target for r in results] == [backend.speak(text) for text in texts]
    first_pass = [b for b, o in zip(backend.batches, backend.options, strict=True) if _first(o)]
    for batch in first_pass:
        assert len(batch) == 1 or len(batch) * max(backend.count_tokens(batch)) <= bound


def _first(options: DecodingOptions) -> bool:
    return options.no_repeat_ngram_size == 0


def test_a_long_segment_is_split_rejoined_and_flagged() -> None:
    words = ["نعم", "لا"] * 15
    translation = Translator(WordByWord()).translate(" ".join(words))
    assert translation.text.split() == [WORDS[word] for word in words]
    assert Flag.SPLIT in translation.segments[0].flags
    assert translation.segments[0].score == pytest.approx(-0.5)


def test_the_batch_halves_itself_when_memory_runs_out() -> None:
    backend = WordByWord(memory=10)
    texts = [f"نعم {i}" for i in range(40)]
    translator = Translator(backend, batch_tokens=80)
    assert [r.target for r in translator.translate_segments(texts)] == ["yes word"] * 40
    assert max(len(batch) * 2 for batch in backend.batches) <= 10


def test_one_segment_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(OutOfMemory):
        Translator(WordByWord(memory=1)).translate("نعم لا")


def test_a_loop_is_decoded_once_more_and_mended() -> None:
    backend = Loops()
    result = Translator(backend).translate("الاجتماع في دمشق").segments[0]
    assert result.target == "meeting in damascus"
    assert result.flags == ()
    assert [o.no_repeat_ngram_size for o in backend.options] == [0, 3]


def test_what_stays_bad_is_flagged() -> None:
    backend = Copies()
    result = Translator(backend).translate("الاجتماع في دمشق").segments[0]
    assert result.flags == (Flag.UNTRANSLATED,)
    assert len(backend.batches) == 2


def test_texts_are_read_only_a_window_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translator_module, "WINDOW", 4)
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "" if read % 3 else "نعم. لا."

    stream = Translator(WordByWord()).translate_many(endless())
    for wanted in range(1, 30):
        next(stream)
        assert read - wanted < 12


def test_a_text_larger_than_the_window_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translator_module, "WINDOW", 4)
    texts = ["نعم. لا.\n" * 9, "", "نعم"]
    assert [t.text for t in Translator(WordByWord()).translate_many(texts)] == [
        "yes no\n" * 9,
        "",
        "yes",
    ]


def test_progress_tells_of_every_segment_once() -> None:
    told: list[str] = []
    list(Translator(WordByWord()).translate_many(["نعم. 12\nلا"], told.extend))
    assert sorted(told) == sorted(["نعم.", "12", "لا"])


def test_beam_size_and_limits_reach_the_backend() -> None:
    backend = WordByWord()
    Translator(backend, options=DecodingOptions(beam_size=7)).translate("نعم")
    assert backend.options[0].beam_size == 7
    assert backend.options[0].max_new_tokens < 64


class Latin(WordByWord):
    """Keeps words in Latin letters, as a model copies them, but for one that it loses."""

    def speak(self, source: str) -> str:
        words = [w if w.isascii() else WORDS.get(w, "word") for w in source.split()]
        return " ".join(word for word in words if word != "Lost")


def test_terms_are_written_into_what_the_model_reads_and_missed_when_lost() -> None:
    terms = [Term("حلب", "Aleppo"), Term("حمص", "Lost"), Term("حماة", "Lost", Kind.NAME)]
    translator = Translator(Latin(), glossary=Glossary(terms))
    sources = ["نعم في حلب", "لا في حمص الاجتماع", "لا في حماة الاجتماع", "حلب، ٣"]
    results = translator.translate_segments(sources)
    assert [r.source for r in results] == sources
    assert [r.target for r in results] == [
        "yes in Aleppo",
        "no in meeting",
        "no in meeting",
        "Aleppo, 3",
    ]
    assert [r.flags for r in results] == [(), (Flag.GLOSSARY,), (Flag.NAMES,), ()]


def test_a_hypothesis_of_several_lines_becomes_one() -> None:
    class Chatty(WordByWord):
        def speak(self, source: str) -> str:
            return f"Here it is:\n\n{super().speak(source)}"

    (result,) = Translator(Chatty()).translate_segments(["نعم في دمشق"])
    assert result.target == "Here it is: yes in damascus"


def test_arabic_marks_that_a_model_copies_become_english_ones() -> None:
    (result,) = Translator(Copies()).translate_segments(["«CNN»، ١٢ نعم؟"])
    assert result.target == '"CNN", 12 نعم?'
    assert Flag.UNTRANSLATED in result.flags
