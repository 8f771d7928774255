"""Judges translations and summaries: scores with signatures, intervals, reports and gates.

The names are loaded when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.metrics import Score, bleu, chrf, chrf_plus, rouge, ter
    from eval.significance import compare

__all__ = ["Score", "bleu", "chrf", "chrf_plus", "compare", "rouge", "ter"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "eval.significance" if name == "compare" else "eval.metrics"
    return getattr(import_module(module), name)
