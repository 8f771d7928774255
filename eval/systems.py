"""What can be evaluated: a model and its options under a name, for one of three tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from mt.errors import InputError
from mt.models import find_model

Task = Literal["translate", "summarize", "digest"]
TASKS: tuple[str, ...] = get_args(Task)


@dataclass(frozen=True)
class System:
    """A model, or a translator and a summarizer (`opus+bart-cnn`), with options.

    The fields after `model` are the options that `NAME=MODEL,option=value` can set; None or
    "auto" is what the model's own default is.
    """

    name: str
    model: str
    task: Task = "translate"
    language: str = "en"  # of the summary
    backend: str = "auto"
    device: str = "auto"
    quantization: str = "auto"
    beam_size: int | None = None
    batch_tokens: int | None = None
    method: str = "news"  # of the summarizer `extractive`
    order: str = "auto"  # of a digest: summarize-first or translate-first
    sentences: int | None = None
    max_words: int | None = None

    @property
    def options(self) -> dict[str, str | int]:
        """The options that are not at their default."""
        plain = System(self.name, self.model, self.task)
        return {
            name: value
            for name, value in vars(self).items()
            if value != getattr(plain, name) and name not in ("name", "model", "task")
        }


_NUMBERS = ("beam_size", "batch_tokens", "sentences", "max_words")
OPTIONS = tuple(name for name in System.__dataclass_fields__ if name not in ("name", "model"))


def parse_system(text: str) -> System:
    """The system that `NAME=MODEL[,option=value…]` describes.

    The task is that of the model in the table of known models, `digest` for two models joined
    by +, and `translate` for any other, unless the option `task` says it.

    >>> parse_system("fast=opus,beam_size=1").beam_size
    1
    >>> parse_system("all=opus+bart-cnn").task
    'digest'

    Raises:
        InputError: the text has not this form; it says what is wrong.
    """
    name, equals, rest = text.partition("=")
    model, *options = rest.split(",")
    if not (name and equals and model):
        raise InputError(f"{text!r} is no system; write NAME=MODEL[,option=value…]")
    system = System(name, model, _task_of(model))
    for option in options:
        key, equals, value = option.partition("=")
        if key not in OPTIONS or not value:
            raise InputError(f"{option!r} in {text!r} is no option; known: {', '.join(OPTIONS)}")
        system = _with_option(system, key, value)
    if system.task == "digest" and "+" not in model:
        raise InputError(f"{text!r}: a digest takes two models, TRANSLATOR+SUMMARIZER")
    return system


def _task_of(model: str) -> Task:
    if "+" in model:
        return "digest"
    known = find_model(model)
    return "summarize" if known and known.task == "summarize" else "translate"


def _with_option(system: System, key: str, value: str) -> System:
    if key == "task":
        for task in get_args(Task):
            if value == task:
                return replace(system, task=task)
        raise InputError(f"no task {value!r}; choose from {', '.join(TASKS)}")
    if key in _NUMBERS and not (value.isdecimal() and int(value) > 0):
        raise InputError(f"{key} is a whole number from 1, not {value!r}")
    if key == "language" and value not in ("ar", "en"):
        raise InputError(f"summaries are in ar or en, not {value!r}")
    checked = {key: int(value) if key in _NUMBERS else value}
    return replace(system, **checked)  # type: ignore[arg-type]  # one of OPTIONS, as checked
