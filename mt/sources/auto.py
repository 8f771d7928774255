"""`auto`: the default model if it can be had now, else what needs no hub."""

from __future__ import annotations

from dataclasses import dataclass

from mt.errors import DownloadError
from mt.models import DEFAULTS, Model, find_model, published_score
from mt.sources import hub
from mt.sources.local import Progress, silent

HUB_PATIENCE = 3.0  # seconds that the hub has to answer


@dataclass(frozen=True)
class Choice:
    """The model that `auto` takes, and one line for the user: which, why, and how good it is."""

    model: Model
    reason: str


def plan(task: str = "translate", *, offline: bool = False) -> Choice:
    """What `auto` would take for one of `DEFAULTS`; fetches nothing."""
    default = _row(task, 0)
    if hub.find(default.source):
        return _choice(default, "it is in the cache")
    trouble = "--offline is set" if offline else hub.silence(default.source, HUB_PATIENCE)
    if trouble is None:
        return _choice(default, "the hub has it")
    return _choice(_row(task, 1), f"{default.alias} is not in the cache and {trouble}")


def choose(
    task: str = "translate", *, offline: bool = False, progress: Progress = silent
) -> Choice:
    """What `auto` takes; it is on this machine afterwards.

    When fetching the default breaks off, the model that needs no hub is taken, and the line says
    so. A model that the user named is never replaced.

    Raises:
        DownloadError: the model that needs no hub could not be fetched either.
    """
    choice = plan(task, offline=offline)
    other = _row(task, 1)
    try:
        _fetch(choice.model, offline, progress)
    except DownloadError as error:
        if choice.model == other:
            raise DownloadError(f"{choice.reason}; but {error}") from error
        choice = _choice(other, f"{choice.model.alias} could not be fetched: {error}")
        _fetch(other, offline, progress)
    return choice


def _fetch(model: Model, offline: bool, progress: Progress) -> None:
    from mt.sources import resolve

    if model.source:  # else it is a method that needs no model
        resolve(model.alias, offline=offline, progress=progress)


def _choice(model: Model, why: str) -> Choice:
    is_default = any(model.alias == default for default, _ in DEFAULTS.values())
    caveat = "" if is_default else f"; {model.note}"
    return Choice(model, f"using {model.alias}: {why} ({published_score(model)}){caveat}")


def _row(task: str, place: int) -> Model:
    alias = DEFAULTS[task][place]
    if (model := find_model(alias)) is None:
        raise LookupError(f"DEFAULTS names {alias!r}, which the table does not have")
    return model
