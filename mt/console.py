"""What a command says on standard error: notes, warnings, failures, a progress bar.

Commands that run over files share it, and so begin and end alike.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TextIO, TypeVar

import typer
from rich.console import Console as RichConsole
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from mt.batch import Batch, Plan
from mt.errors import TarjamaError
from mt.formats import FormatOptions, has_fields
from mt.ledger import Ledger
from mt.models import find_model, licence_warning, published_score
from mt.outputs import ERRORS
from mt.sources.auto import choose


class HasFlags(Protocol):
    """A result that says what is doubtful about it."""

    @property
    def flags(self) -> Sequence[str]: ...


Flagged = TypeVar("Flagged", bound=HasFlags)

_NAMES = 10  # of finished files in a message; they were done in order, so the last tells the rest


class Bar:
    """Segments done, their rate, and the time left; draws nothing unless on a terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._read = 0
        self.segments = 0

    def decoded(self, sources: Sequence[str]) -> None:
        """These segments have been decoded; their texts may not be written yet."""
        self.segments += len(sources)
        elapsed = self._progress.tasks[self._task].elapsed or 0.0
        rate = f"{self.segments / elapsed:.1f}/s" if elapsed else ""
        self._progress.update(
            self._task,
            advance=sum(map(_bytes, sources)),
            description=f"{self.segments} segments {rate}",
        )

    def finished(self, text: str) -> None:
        """This text is written: what has been read up to here is done for certain."""
        self._read += _bytes(text)
        self._progress.update(self._task, completed=self._read)


class Console:
    """Standard error, as loud as the user wants it."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose
        level = logging.ERROR if quiet else logging.INFO if verbose else logging.WARNING
        logging.basicConfig(level=level, format="%(message)s", force=True)
        logging.getLogger("mt").setLevel(level)

    def note(self, message: str) -> None:
        """Something worth knowing, unless the user wants quiet."""
        if not self._quiet:
            typer.echo(message, err=True)

    def detail(self, message: str) -> None:
        """Something for those who asked to be told more."""
        if self._verbose:
            self.note(message)

    def warn(self, message: str) -> None:
        """Something that may be wrong."""
        self.note(f"warning: {message}")

    def error(self, message: str) -> None:
        """What went wrong; always said."""
        typer.echo(f"error: {message}", err=True)

    def choose_model(self, name: str, task: str, *, offline: bool) -> str:
        """The name of the model to load; says what `auto` took, and what a licence forbids."""
        if name == "auto":
            choice = choose(task, offline=offline, progress=self.note)
            self.note(choice.reason)
            name = choice.model.alias
        elif name == "bundled" and (model := find_model(name)):
            self.note(f"{name} ({published_score(model)}) {model.note}")
        if warning := licence_warning(name):
            self.warn(warning)
        return name

    def begin(self, plan: Plan, options: FormatOptions) -> None:
        """Say what is odd about the inputs.

        Raises:
            BadParameter: --field was given, and no input has fields.
            Exit: with 1, as none of the inputs can be done.
        """
        is_given = options.field != FormatOptions.field
        if is_given and plan.jobs and not any(has_fields(job.format) for job in plan.jobs):
            raise typer.BadParameter(
                f"{plan.jobs[0].input.name} is read as plain text, which has no field "
                f"{options.field!r}; choose with --format",
                param_hint="--field",
            )
        for warning in plan.warnings:
            self.warn(warning)
        if not plan.jobs:
            for message in plan.failures.values():
                self.error(message)
            raise typer.Exit(1)

    def run(
        self,
        batch: Batch[Flagged],
        work: Callable[[Iterable[str], Bar], Iterator[Flagged]],
        plan: Plan,
    ) -> Counter[str]:
        """Do all that the batch has, with a progress bar; how often each flag was set."""
        flags: Counter[str] = Counter()
        since = time.perf_counter()
        with self.bar(plan.size) as bar:
            try:
                for record, result in batch.run(lambda texts: work(texts, bar)):
                    bar.finished(record.text)
                    flags.update(result.flags)
            except KeyboardInterrupt:
                self.error(_interrupted(batch, plan))
                raise
            except TarjamaError:  # which is shown last, by who catches it
                self._tell_failures(plan, batch)
                raise
        self.detail(f"done in {time.perf_counter() - since:.1f} s")
        return flags

    def end(
        self,
        plan: Plan,
        batch: Batch[Any],
        flags: Counter[str],
        *,
        strict: bool,
        ledger: Ledger | None,
    ) -> None:
        """Say what was there already, what is flagged and what failed.

        Raises:
            Exit: with 1 or 3, if that is called for.
        """
        if batch.unchanged:
            known = ledger.found if ledger else 0
            self.note(
                f"{batch.unchanged} of {len(batch.finished)} outputs were there already, the same"
                + (f"; {known} texts were known and not decoded again" if known else "")
            )
        if flags:
            counts = ", ".join(f"{name} {count}" for name, count in sorted(flags.items()))
            self.note(f"flagged: {counts} (--json shows where)")
        if self._tell_failures(plan, batch):
            raise typer.Exit(1)
        if strict and flags:
            self.error(f"--strict: {flags.total()} flags")
            raise typer.Exit(3)

    def _tell_failures(self, plan: Plan, batch: Batch[Any]) -> bool:
        """Name what failed; whether anything did."""
        failures = {**plan.failures, **batch.failures}
        for message in failures.values():
            self.error(message)
        if failures:
            self.note(f"{len(failures)} inputs failed; {len(batch.finished)} are done")
        return bool(failures)

    @contextmanager
    def bar(self, total: int | None) -> Iterator[Bar]:
        """A progress bar over so many bytes of text (None: unknown), gone when it is done."""
        stderr = RichConsole(stderr=True)
        progress = Progress(
            SpinnerColumn(),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=stderr,
            transient=True,
            disable=self._quiet or not stderr.is_terminal,
        )
        with progress:
            yield Bar(progress, progress.add_task("0 segments", total=total))


def _interrupted(batch: Batch[Any], plan: Plan) -> str:
    """What is done, by name, and how to go on."""
    done, total = len(batch.finished), len(plan.jobs)
    message = f"interrupted; {done} of {total} inputs are done"
    names = [str(job.output) for job in batch.finished if job.output]
    if names:
        shown = names if len(names) <= _NAMES else [*names[: _NAMES - 1], "…", names[-1]]
        message += " and their outputs whole: " + ", ".join(shown)
    return message + "\nrun the same command again to go on from here"


def _bytes(text: str) -> int:
    return len(text.encode(errors=ERRORS))


def result_stream() -> TextIO:
    """Standard output as UTF-8, with line ends as they are written."""
    stdout = sys.stdout
    if hasattr(stdout, "reconfigure"):
        stdout.reconfigure(encoding="utf-8", newline="", errors=ERRORS)
    return stdout
