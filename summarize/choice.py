"""Which summarizer was asked for; whether that can be is told before anything is read."""

from __future__ import annotations

from dataclasses import dataclass

from mt.errors import InputError
from summarize.extractive import METHODS

WAYS = ("auto", "abstractive", "extractive", *METHODS)
LANGUAGES = ("en", "ar")


@dataclass(frozen=True)
class Choice:
    """A summarizer; where the user names none, `mt.sources` decides."""

    model: str  # `extractive`, or a name of `mt.models`, or `auto`
    method: str = "news"  # of `extractive`
    wish: str = "summarize"  # what `auto` is to stand for: a key of `mt.models.DEFAULTS`


def choose_summarizer(model: str = "auto", method: str = "auto", language: str = "en") -> Choice:
    """The summarizer for what was asked.

    >>> choose_summarizer(method="lead")
    Choice(model='extractive', method='lead', wish='summarize')

    Raises:
        InputError: no such method or language, or a method that does not fit the model.
    """
    if method not in WAYS:
        raise InputError(f"no method {method!r}; choose from {', '.join(WAYS)}")
    if language not in LANGUAGES:
        raise InputError(f"no summaries in {language!r}; choose en or ar")
    if method in METHODS or method == "extractive" or model == "extractive":
        if model not in ("auto", "extractive") or method == "abstractive":
            raise InputError(f"method {method} does not go with model {model}; give one of them")
        return Choice("extractive", method if method in METHODS else "news")
    if model == "auto" and language == "ar":
        if method == "abstractive":
            raise InputError("no default writes Arabic summaries; name one: --model mt5-xlsum")
        return Choice("extractive")
    return Choice(model, wish="abstractive" if method == "abstractive" else "summarize")
