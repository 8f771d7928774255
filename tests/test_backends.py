"""Every backend gives one hypothesis for each source, in order, and the same one as the others."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache

import pytest
from tiny_models import CHAT_TEMPLATE, FRENCH, PAIRS, SUMMARIES

from mt.backends import DecodingOptions, Task, load_backend
from mt.backends.chat import chat_prompt
from mt.backends.folder import ModelFolder
from mt.errors import InputError, ModelError, ModelNotFoundError

MULTILINGUAL = ("nllb", "m2m100", "mbart50", "madlad")
TRANSLATORS = ("marian", *MULTILINGUAL, "llama", "chat_llama")
SUMMARIZERS = ("bart", "pegasus", "t5")
ENGINES = ("transformers", "ctranslate2")
SUMMARIZE = Task("summarize", "en", "en")
GREEDY = DecodingOptions(beam_size=1, max_new_tokens=24)
# None of them was in the training data: here a difference between two searches shows.
STRANGE = ["الخير لك", "أمس", "المكتبة المكتبة المكتبة", "xyz 123", "؟", ""]


@pytest.fixture(scope="session")
def load(tiny_model):
    """The backend of a tiny model in full precision, loaded once."""

    @cache
    def load(name, engine, task=None):
        torch_kind = "causal" if "llama" in name else "seq2seq"
        kind = torch_kind if engine == "transformers" else engine
        if task is None:
            task = SUMMARIZE if name in SUMMARIZERS else Task()
        return load_backend(tiny_model(name), task, kind=kind, quantization="none")

    return load


@pytest.fixture(params=[(n, e) for n in TRANSLATORS for e in ENGINES], ids="-".join)
def translator(request, load):
    return load(*request.param)


def texts(hypotheses):
    return [hypothesis.text for hypothesis in hypotheses]


def scores(hypotheses):
    """Of a blank source there is none."""
    return [hypothesis.score for hypothesis in hypotheses if hypothesis.text]


def test_a_translator_writes_what_it_has_learnt(translator):
    assert texts(translator.generate(list(PAIRS), GREEDY)) == list(PAIRS.values())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SUMMARIZERS)
def test_a_summarizer_writes_what_it_has_learnt(load, name, engine):
    backend = load(name, engine)
    options = replace(backend.defaults, beam_size=1, min_new_tokens=0)
    assert texts(backend.generate(list(SUMMARIES), options)) == list(SUMMARIES.values())


@pytest.mark.parametrize(
    "options",
    [
        GREEDY,
        replace(GREEDY, beam_size=4),
        replace(GREEDY, beam_size=4, length_penalty=2.0, min_new_tokens=9),
        replace(GREEDY, beam_size=3, length_penalty=0.4, max_new_tokens=5),
        replace(GREEDY, beam_size=4, no_repeat_ngram_size=2, min_new_tokens=12),
        replace(GREEDY, repetition_penalty=1.3),
    ],
    ids=["greedy", "beam", "long", "short", "no repeats", "penalty"],
)
@pytest.mark.parametrize("name", [*TRANSLATORS, *SUMMARIZERS])
def test_both_engines_give_the_same_words_with_the_same_scores(load, name, options):
    sources = [*PAIRS, *STRANGE, *SUMMARIES]
    ours, theirs = (load(name, engine).generate(sources, options) for engine in ENGINES)
    assert texts(ours) == texts(theirs)
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]
    assert [h.truncated for h in ours] == [h.truncated for h in theirs]
    assert scores(ours) == pytest.approx(scores(theirs), abs=2e-3)


def test_blank_sources_give_blank_hypotheses(translator):
    outputs = translator.generate(["", "شكرا لك", " \n"], GREEDY)
    assert texts(outputs) == ["", "thank you", ""]
    assert (outputs[0].score, outputs[0].tokens, outputs[0].truncated) == (None, 0, False)


def test_no_sources_give_no_hypotheses(translator):
    assert translator.generate([], GREEDY) == []
    assert translator.count_tokens([]) == []


@pytest.mark.parametrize(
    "options",
    [
        replace(GREEDY, max_new_tokens=12),
        replace(GREEDY, no_repeat_ngram_size=2, max_new_tokens=12),
        replace(GREEDY, beam_size=3, min_new_tokens=3, max_new_tokens=12),
    ],
    ids=["greedy", "no repeats", "beam"],
)
def test_a_source_gets_the_same_hypothesis_in_any_batch(translator, options):
    sources = ["أمس", "المكتبة المكتبة", "xyz 123 xyz 123", *PAIRS][:5]
    together = translator.generate(sources, options)
    alone = [translator.generate([source], options)[0] for source in sources]
    assert texts(together) == texts(alone)
    assert scores(together) == pytest.approx(scores(alone), abs=1e-3)


def test_scores_are_log_probabilities(translator):
    assert all(h.score <= 0 for h in translator.generate(list(PAIRS), GREEDY))


def test_an_output_that_reaches_the_limit_is_marked(translator):
    (whole,) = translator.generate(["صباح الخير"], GREEDY)
    (cut,) = translator.generate(["صباح الخير"], replace(GREEDY, max_new_tokens=whole.tokens))
    assert not whole.truncated
    assert cut.truncated  # there was no room for the end mark
    assert cut.tokens == whole.tokens


def test_a_source_that_does_not_fit_is_refused_and_one_that_just_fits_is_not(translator):
    fits = "أمس"
    while translator.count_tokens([f"{fits} أمس"])[0] <= translator.max_source_tokens:
        fits += " أمس"
    options = replace(GREEDY, max_new_tokens=2)
    assert len(translator.generate([fits], options)) == 1
    with pytest.raises(InputError, match=f"the model takes {translator.max_source_tokens}"):
        translator.generate([f"{fits} أمس أمس"], options)


def test_no_engine_cuts_a_long_source(load):
    source = " ".join([*PAIRS] * 40)  # CTranslate2 left alone takes the first 1024 tokens
    outputs = [load("madlad", engine).generate([source], GREEDY)[0] for engine in ENGINES]
    assert load("madlad", "ctranslate2").count_tokens([source])[0] > 1100
    assert outputs[0].text == outputs[1].text
    assert outputs[0].score == pytest.approx(outputs[1].score, abs=1e-3)


def test_tokens_are_counted_without_the_marks_of_the_model(translator):
    one, three = translator.count_tokens(["صباح الخير", " ".join(["صباح الخير"] * 3)])
    assert 0 < one < three <= 3 * one + 2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", MULTILINGUAL)
def test_the_target_language_decides_the_output(load, name, engine):
    english, french = load(name, engine), load(name, engine, Task(target_language="fr"))
    for _ in range(2):  # neither call changes what the other one sees
        assert texts(french.generate(list(PAIRS), GREEDY)) == list(FRENCH)
        assert texts(english.generate(list(PAIRS), GREEDY)) == list(PAIRS.values())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["nllb", "m2m100", "mbart50"])
def test_a_language_that_the_model_does_not_know_is_an_error(load, name, engine):
    with pytest.raises(ModelError, match="does not know the language 'xx'"):
        load(name, engine, Task(target_language="xx"))


def test_characters_that_a_vocabulary_lacks_are_found(translator):
    assert translator.unknown_characters("ابصد中") >= {"中"}
    assert not translator.unknown_characters("الخير") - {"خ", "ي"}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_defaults_are_those_of_the_model(load, engine):
    assert load("bart", engine).defaults == DecodingOptions(
        beam_size=4,
        length_penalty=2.0,
        max_new_tokens=22,  # of max_length 24, for transformers counts `</s><s>` at the head
        min_new_tokens=4,
        no_repeat_ngram_size=3,
    )
    assert load("t5", engine).defaults == DecodingOptions(beam_size=4, max_new_tokens=29)
    assert load("nllb", engine).defaults == DecodingOptions(beam_size=4, max_new_tokens=59)
    assert load("llama", engine).defaults.beam_size == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_prompt_is_filled_with_the_source_as_it_is(tiny_model, engine):
    kind = "causal" if engine == "transformers" else engine
    task = Task(prompt="{source} = ")
    backend = load_backend(tiny_model("plain_llama"), task, kind=kind, quantization="none")
    assert texts(backend.generate(list(PAIRS), GREEDY)) == list(PAIRS.values())


TRANSLATION_TEMPLATE = (  # as TranslateGemma's: the content is a list, with both languages
    "{{ bos_token }}{% for part in messages[0]['content'] %}"
    "{{ part.source_lang_code }}>{{ part['target_lang_code'] }}: {{ part['text'] | trim }}"
    "{% endfor %}{% if add_generation_prompt %}\n=>{% endif %}"
)


@pytest.mark.parametrize("template", [CHAT_TEMPLATE, TRANSLATION_TEMPLATE])
def test_chat_templates_are_rendered_as_transformers_does(llama, tmp_path, template):
    from transformers import AutoTokenizer

    folder = shutil.copytree(llama, tmp_path / "model")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    source = ' {source} <|im_end|> "صباح" '
    content = source
    if template == TRANSLATION_TEMPLATE:
        codes = {"source_lang_code": "ar", "target_lang_code": "en"}
        content = [{"type": "text", "text": source, **codes}]
    theirs = AutoTokenizer.from_pretrained(folder).apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
    )
    assert chat_prompt(ModelFolder.read(folder), Task())(source) == theirs


def test_a_template_that_reaches_for_python_is_refused(llama, tmp_path):
    folder = shutil.copytree(llama, tmp_path / "model")
    attack = "{{ messages.__class__.__mro__ }}"
    (folder / "chat_template.jinja").write_text(attack, encoding="utf-8")
    with pytest.raises(ModelError, match="chat template"):
        load_backend(folder)


def test_auto_takes_ctranslate2_in_int8_on_a_cpu(marian):
    backend = load_backend(marian)
    assert (backend.name, backend.device, backend.quantization) == ("ctranslate2", "cpu", "int8")
    assert texts(backend.generate(list(PAIRS), GREEDY)) == list(PAIRS.values())


def test_auto_takes_pytorch_for_what_ctranslate2_cannot_convert(tiny_model):
    folder = tiny_model("gpt_neo")
    backend = load_backend(folder)
    assert (backend.name, backend.quantization) == ("causal", "none")
    assert len(backend.generate(["شكرا"], GREEDY)) == 1
    with pytest.raises(ModelError, match="CTranslate2 cannot convert gpt_neo models"):
        load_backend(folder, kind="ctranslate2")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "cuda:a"}, "unknown device 'cuda:a'; choose from auto, cpu, cuda, mps"),
        ({"kind": "onnx"}, "unknown backend 'onnx'; choose from auto, seq2seq, causal"),
        ({"device": "gpu"}, "unknown device 'gpu'; choose from auto, cpu, cuda, mps"),
        ({"quantization": "int4"}, "unknown quantization 'int4'; choose from auto, none"),
        ({"kind": "causal"}, "marian models need --backend seq2seq, not causal"),
        ({"kind": "seq2seq", "quantization": "int8"}, "int8 needs the ctranslate2 backend"),
        ({"kind": "ctranslate2", "quantization": "bfloat16"}, "cpu cannot compute in bfloat16"),
        ({"kind": "ctranslate2", "device": "cuda:7"}, "no device 'cuda:7': CTranslate2 sees"),
        ({"kind": "seq2seq", "device": "cuda:7"}, "no device 'cuda:7': PyTorch sees"),
    ],
)
def test_a_wrong_option_is_named_with_the_choices(marian, options, message):
    with pytest.raises(ModelError, match=message):
        load_backend(marian, **options)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelNotFoundError, match="nowhere"):
        load_backend(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (["config.json"], "no config.json"),
        (["model.safetensors"], "no weights; it needs model.safetensors or pytorch_model.bin"),
        (["source.spm", "target.spm", "vocab.json"], "no tokenizer"),
        (["target.spm"], "cannot load the model"),
    ],
)
@pytest.mark.parametrize("kind", ["auto", "seq2seq"])
def test_a_missing_file_is_named(marian, tmp_path, kind, missing, message):
    folder = shutil.copytree(marian, tmp_path / "model")
    for name in missing:
        (folder / name).unlink()
    with pytest.raises(ModelError, match=message):
        load_backend(folder, kind=kind)


@pytest.mark.parametrize("kind", ["auto", "seq2seq"])
def test_damaged_weights_are_an_error_of_one_line(marian, tmp_path, kind):
    folder = shutil.copytree(marian, tmp_path / "model")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"are damaged .*; run: tarjama models remove") as error:
        load_backend(folder, kind=kind)
    assert "\n" not in str(error.value)


def test_a_class_that_nobody_knows_is_named(marian, tmp_path):
    folder = shutil.copytree(marian, tmp_path / "model")
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(config.replace('"marian"', '"martian"'), encoding="utf-8")
    with pytest.raises(ModelError, match="knows no 'martian' models"):
        load_backend(folder)


def test_pickled_code_in_the_weights_is_never_run(marian, tmp_path):
    import pickle

    class Attack:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").mkdir, ())

    folder = shutil.copytree(marian, tmp_path / "model")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Attack()}))
    with pytest.raises(ModelError):
        load_backend(folder, kind="seq2seq")
    assert not (tmp_path / "ran").exists()
