"""Summarizes news, in its own words or in the article's, and checks the summary against it.

The names are loaded when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from summarize.extractive import extract
    from summarize.faithfulness import unsupported
    from summarize.length import Length
    from summarize.summarizer import Summary, load_summarizer

__all__ = ["Length", "Summary", "extract", "load_summarizer", "unsupported"]

_MODULES = {
    "Length": "length",
    "Summary": "summarizer",
    "extract": "extractive",
    "load_summarizer": "summarizer",
    "unsupported": "faithfulness",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"summarize.{_MODULES[name]}"), name)
