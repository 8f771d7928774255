"""Runs many files through one piece of work, in order, as one stream.

Translating and summarizing share it: the files' records flow into the work together, so that
small files fill large batches, and every result goes back to its own file. A file that fails is
left out and named; the others are done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TextIO, TypeVar

from mt.errors import InputError, is_disk_full
from mt.files import Input, encoding_of, open_input
from mt.formats import FormatOptions, Record, format_of, is_known, records
from mt.outputs import NewFile, cannot_write

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
        if any(job.input.is_stream for job in self.jobs):
            return None
        return sum(job.input.path.stat().st_size for job in self.jobs if job.input.path)


def plan(
    outputs: dict[Input, Path | None],
    format: str,  # noqa: A002
    options: FormatOptions,
) -> Plan:
    """Read every file once from end to end, so that a bad one is known before a model loads.

    A stream cannot be read twice, so what is wrong with it shows later.
    """
    result = Plan([], {}, [])
    unknown: set[str] = set()  # suffixes
    for item, output in outputs.items():
        try:
            job = Job(item, output, format_of(item.path, format), encoding_of(item))
            if not item.is_stream:
                result.warnings += _oddities(job, options)
            suffix = item.path.suffix if item.path else ""
            if format == "auto" and suffix and not is_known(suffix) and suffix not in unknown:
                unknown.add(suffix)
                result.warnings.append(
                    f"{item.name} is read as plain text, as {suffix} is not known; choose with "
                    "--format"
                )
            if job.encoding not in ("utf-8-sig", "utf-16"):
                result.warnings.append(f"{item.name} is not UTF-8; it is read as {job.encoding}")
            result.jobs.append(job)
        except InputError as error:
            result.failures[item.name] = str(error)
    return result


def _oddities(job: Job, options: FormatOptions) -> Iterator[str]:
    """What is odd about the texts of a file, which is read from end to end."""
    size, overwrites = 0, False
    for record in job.records(options):
        size += len(record.text)
        overwrites |= record.overwrites
    if not size:
        yield f"{job.input.name} has no text"
    if overwrites and not options.may_overwrite:
        yield (
            f"{job.input.name} has a field {options.output_field!r}, which is overwritten; choose "
            "another with --output-field"
        )


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
        self._waiting: deque[tuple[Job, Record | None]] = deque()  # None is the end of a job
        self._file: NewFile | None = None  # the output of the job that is being written

    def run(
        self, work: Callable[[Iterable[str]], Iterator[Result]]
    ) -> Iterator[tuple[Record, Result]]:
        """Each record with its result, once that is written; a file is whole when its last is.

        An output that cannot be written fails its own job only.

        Raises:
            InputError: nothing more can be written: the disk is full, or standard output gone.
        """
        try:
            for result in work(self._texts()):
                self._end_jobs()
                record = self._waiting[0][1]
                if record is None:  # cannot be: the line above took the ends
                    raise LookupError("the work gave more results than it got texts")
                text = self._render(record, result)
                if text is not None:
                    self._write(text)
                self._waiting.popleft()  # not before: the job must not look ended if that failed
                yield record, result
        finally:  # Ctrl-C included: what is whole is kept
            try:
                self._end_jobs()
            finally:
                self._discard()

    @property
    def job(self) -> Job:
        """The job whose result is being written."""
        return self._waiting[0][0]

    def _texts(self) -> Iterator[str]:
        for job in self._jobs:
            try:
                for record in job.records(self._options):
                    self._waiting.append((job, record))
                    yield record.text
            except InputError as error:
                self.failures[job.input.name] = str(error)
            self._waiting.append((job, None))

    def _write(self, text: str) -> None:
        with self._failing(self.job):
            if self.job.output is None:
                self._stdout.write(text)
                self._stdout.flush()  # who reads a pipe wants each result when it is there
            elif self.job.input.name not in self.failures:
                self._open(self.job.output).write(text)

    def _end_jobs(self) -> None:
        """Keep the outputs of jobs all of whose records are written."""
        while self._waiting and self._waiting[0][1] is None:
            job, _ = self._waiting.popleft()
            unchanged = False
            with self._failing(job):
                if job.output and job.input.name not in self.failures:
                    unchanged = not self._open(job.output).keep()
            self._discard()
            if job.input.name not in self.failures:
                self.finished.append(job)
                self.unchanged += unchanged

    def _open(self, path: Path) -> NewFile:
        if self._file is None:
            self._file = NewFile(path)
        return self._file

    def _discard(self) -> None:
        if self._file:
            self._file.discard()
        self._file = None

    @contextmanager
    def _failing(self, job: Job) -> Iterator[None]:
        """Says of a job that its output cannot be written, and stops if no other can be."""
        try:
            yield
        except BrokenPipeError:
            raise  # who reads the output has enough: no error
        except OSError as error:
            problem = cannot_write(job.output or "standard output", error)
            if job.output is None:
                with suppress(OSError):  # else Python would try again at its end, and complain
                    self._stdout.close()
            if job.output is None or is_disk_full(error):
                raise problem from error
            self.failures[job.input.name] = str(problem)
