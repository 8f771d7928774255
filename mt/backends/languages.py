"""The names that models have for languages, and where each model wants them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from mt.backends import Task
from mt.errors import ModelError

# ISO 639-1 → ISO 639-3, NLLB's code (FLORES-200), mBART-50's code.
_CODES = {
    "ar": ("ara", "arb_Arab", "ar_AR"),
    "de": ("deu", "deu_Latn", "de_DE"),
    "en": ("eng", "eng_Latn", "en_XX"),
    "es": ("spa", "spa_Latn", "es_XX"),
    "fr": ("fra", "fra_Latn", "fr_XX"),
}


@dataclass(frozen=True)
class LanguageMarks:
    """What tells a model its languages; all empty for a model of a single pair."""

    text_prefix: str = ""  # written before the source: `<2en> ` (MADLAD), `>>eng<< ` (Marian)
    source: str | None = None  # a token that opens the source: `arb_Arab`, `ar_AR`, `__ar__`
    target: str | None = None  # a token that the output is made to start with


def language_marks(vocabulary: Container[str], task: Task) -> LanguageMarks:
    """The marks that a model with this vocabulary needs for the task.

    >>> language_marks({"__ar__", "__en__"}, Task())
    LanguageMarks(text_prefix='', source='__ar__', target='__en__')
    >>> language_marks({"<2en>"}, Task())
    LanguageMarks(text_prefix='<2en> ', source=None, target=None)
    >>> language_marks({"hello"}, Task())
    LanguageMarks(text_prefix='', source=None, target=None)

    Raises:
        ModelError: the model has marks, but not for both languages.
    """
    sources, targets = _tokens(task.source_language), _tokens(task.target_language)
    for source, target in zip(sources, targets, strict=True):
        if source in vocabulary and target in vocabulary:
            return LanguageMarks(source=source, target=target)
        if source in vocabulary or target in vocabulary:
            missing = task.target_language if source in vocabulary else task.source_language
            raise ModelError(f"the model does not know the language {missing!r}; choose another")
    for tag in (f"<2{task.target_language}>", f">>{_iso3(task.target_language)}<<"):
        if task.name == "translate" and tag in vocabulary:
            return LanguageMarks(text_prefix=f"{tag} ")
    return LanguageMarks()


def _tokens(language: str) -> tuple[str, str, str]:
    _, nllb, mbart = _CODES.get(language, ("", "", ""))
    return nllb, mbart, f"__{language}__"


def _iso3(language: str) -> str:
    return _CODES[language][0] if language in _CODES else language
