"""One conversion of a Hugging Face folder to CTranslate2, tokenizer and all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ctranslate2.converters import TransformersConverter  # type: ignore[import-untyped]

from mt.backends import NotConvertible
from mt.backends.folder import ORIGINAL_CONFIG, ModelFolder
from mt.backends.pytorch import load_config, load_tokenizer, loading

_COPIED = ("generation_config.json", "tokenizer_config.json", "chat_template.jinja")
_SENTENCEPIECE = ("source.spm", "target.spm", "sentencepiece.bpe.model", "spiece.model")
# What the code of each class does: normalise before a layer, normalise the embedding. The
# converter asks the configuration, where only the older ones say it.
_NORMALISATION = {"bart": (False, True), "mbart": (True, True), "pegasus": (True, False)}


def convert(folder: ModelFolder, target: Path, quantization: str) -> None:
    """Write a model into a folder that is not there yet, with all that it needs to run.

    Raises:
        NotConvertible: CTranslate2 has no such class of model.
        ModelError: the model is damaged.
    """
    with loading(folder):
        load_config(folder)  # an unknown class, said in our words
        tokenizer = load_tokenizer(folder)
        wanted = "float32" if quantization == "none" else quantization
        try:
            _Converter(str(folder.path)).convert(str(target), quantization=wanted)
        except (ValueError, NotImplementedError, KeyError, AttributeError) as error:
            # How its loaders fail on a class, or a variant of one, that they do not know.
            raise NotConvertible(
                f"CTranslate2 cannot convert {folder.model_type or 'this'} models ({error}); "
                "choose --backend seq2seq or causal"
            ) from error
    _copy(folder.path, target, _COPIED)
    shutil.copyfile(folder.path / "config.json", target / ORIGINAL_CONFIG)
    if tokenizer.is_fast:
        tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    else:
        _copy(folder.path, target, _SENTENCEPIECE)


class _Converter(TransformersConverter):  # type: ignore[misc]
    """Corrects what CTranslate2 4.8 reads wrongly from the configurations of transformers 5."""

    def load_model(self, model_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        model = super().load_model(model_class, model_name_or_path, **kwargs)
        config = model.config
        if config.model_type in _NORMALISATION:
            config.normalize_before, config.normalize_embedding = _NORMALISATION[config.model_type]
        if config.model_type in ("t5", "mt5"):
            # Once False for T5 1.1, mT5 and MADLAD, whose outputs are not scaled; now always
            # True. Read as it is, it would flatten their probabilities and so change the search.
            config.tie_word_embeddings = getattr(config, "scale_decoder_outputs", False)
        return model

    def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        tokenizer = super().load_tokenizer(tokenizer_class, model_name_or_path, **kwargs)
        if tokenizer.bos_token is None:  # mBART-50's; the engine needs a name, and never uses it
            tokenizer.bos_token = tokenizer.eos_token
        return tokenizer


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
