"""Runs many files through one piece of work, in order, as one stream.

Translating and summarizing share it: the files' records flow into the work together, so that
small files fill large batches, and every result goes back to its own file. A file that fails is
left out and named; the others are done.
"""

from __future__ import annotations

import filecmp
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TextIO, TypeVar

from mt.errors import InputError
from mt.files import Input, encoding_of, open_input, replacing
from mt.formats import FormatOptions, Record, format_of, records

Result = TypeVar("Result")


@dataclass(frozen=True)
class Job:
    """One input, where its result goes (None: standard output), and how it is read."""

    input: Input
    output: Path | None
    format: str
    encoding: str

    def records(self, options: FormatOptions) -> Iterator[Record]:
        """The texts of the input, read as they are asked for."""
        with open_input(self.input, self.encoding) as file:
            yield from records(file, self.input.name, self.format, options)


@dataclass
class Plan:
    """The jobs that can be done, what is wrong with the others, and what is odd."""

    jobs: list[Job]
    failures: dict[str, str]
    warnings: list[str]

    @property
    def size(self) -> int | None:
        """How many bytes there are to read; None if an input is a stream."""
        paths = [job.input.path for job in self.jobs]
        return None if None in paths else sum(path.stat().st_size for path in paths if path)


def plan(
    outputs: dict[Input, Path | None],
    format: str,  # noqa: A002
    options: FormatOptions,
) -> Plan:
    """Read every file once from end to end, so that a bad one is known before a model loads."""
    result = Plan([], {}, [])
    for item, output in outputs.items():
        try:
            job = Job(item, output, format_of(item.path, format), encoding_of(item))
            if item.path:
                size = sum(len(record.text) for record in job.records(options))
                if not size:
                    result.warnings.append(f"{item.name} has no text")
            if job.encoding not in ("utf-8-sig", "utf-16"):
                result.warnings.append(f"{item.name} is not UTF-8; it is read as {job.encoding}")
            result.jobs.append(job)
        except InputError as error:
            result.failures[item.name] = str(error)
    return result


class Batch(Generic[Result]):
    """The run of a plan's jobs.

    Args:
        render: what to write for a record and its result; None writes nothing.
        stdout: takes the results of jobs that have no output file.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        options: FormatOptions,
        render: Callable[[Record, Result], str | None],
        stdout: TextIO,
    ) -> None:
        self.failures: dict[str, str] = {}
        self.finished: list[Job] = []
        self.unchanged = 0  # of those finished: the output was there already, and is the same
        self._jobs = jobs
        self._options = options
        self._render = render
        self._stdout = stdout
        self._waiting: deque[tuple[Job, Record | None]] = deque()

    def run(
        self, work: Callable[[Iterable[str]], Iterator[Result]]
    ) -> Iterator[tuple[Record, Result]]:
        """Each record with its result, once that is written; a file is whole when its last is.

        Raises:
            InputError: an output cannot be written.
        """
        with ExitStack() as open_output:
            writer = _Writer(open_output, self._stdout)
            try:
                for result in work(self._texts()):
                    record = self._next(writer)
                    text = self._render(record, result)
                    if text is not None:
                        writer.write(text)
                    yield record, result
            finally:  # Ctrl-C included: what is whole is kept
                self._close_ended(writer)

    def _texts(self) -> Iterator[str]:
        for job in self._jobs:
            try:
                for record in job.records(self._options):
                    self._waiting.append((job, record))
                    yield record.text
            except InputError as error:
                self.failures[job.input.name] = str(error)
            self._waiting.append((job, None))

    def _next(self, writer: _Writer) -> Record:
        """The record that the next result belongs to; jobs that end before it are closed."""
        self._close_ended(writer)
        job, record = self._waiting.popleft()
        writer.open(job)
        if record is None:  # cannot be: the loop above took the ends
            raise LookupError("the work gave more results than it got texts")
        return record

    def _close_ended(self, writer: _Writer) -> None:
        """Close the outputs of jobs all of whose records are written."""
        while self._waiting and self._waiting[0][1] is None:
            job, _ = self._waiting.popleft()
            failed = job.input.name in self.failures
            writer.open(job)
            unchanged = not failed and writer.is_unchanged()
            writer.close(keep=not failed and not unchanged)
            if not failed:
                self.finished.append(job)
                self.unchanged += unchanged


class _Discard(Exception):
    """Not an error: it makes `replacing` drop the file."""


class _Writer:
    """The output of one job at a time."""

    def __init__(self, stack: ExitStack, stdout: TextIO) -> None:
        self._stack = stack
        self._stdout = stdout
        self._job: Job | None = None
        self._file: IO[str] = stdout

    def open(self, job: Job) -> None:
        if job is not self._job:
            self._job = job
            self._file = (
                self._stack.enter_context(replacing(job.output)) if job.output else self._stdout
            )

    def write(self, text: str) -> None:
        self._file.write(text)
        if self._file is self._stdout:  # who reads a pipe wants each result when it is there
            self._file.flush()

    def is_unchanged(self) -> bool:
        """Whether just this is in the output file already, which then keeps its date."""
        output = self._job.output if self._job else None
        if output is None or not output.is_file():
            return False
        self._file.flush()
        return filecmp.cmp(self._file.name, output, shallow=False)

    def close(self, *, keep: bool) -> None:
        self._job = None
        if keep:
            self._stack.close()
        else:
            try:
                raise _Discard
            except _Discard as discard:
                self._stack.pop_all().__exit__(_Discard, discard, None)
