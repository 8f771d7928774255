"""Runs systems over an article set and keeps what they said.

Each system runs in a process of its own, so that speed and peak memory are its own. Outputs are
kept in the cache, by the system, the weights, the articles, our code and the engines' versions: a
metric may change without a text being decoded again.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from eval.articles import ArticleSet
from eval.systems import System
from mt.errors import InputError, ModelError

# What decides, besides our code, which words come out; all are declared in pyproject.toml.
_ENGINES = ("torch", "transformers", "ctranslate2", "tokenizers", "sentencex", "sumy")


@dataclass(frozen=True)
class Output:
    """One translated segment, or one summary."""

    text: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """What a system made of an article set."""

    system: System
    identity: str  # of the weights
    outputs: tuple[Output, ...]  # one a segment for translation, else one an article
    load_seconds: float = 0.0
    seconds: float = 0.0
    peak_memory: int = 0  # bytes
    source_words: int = 0
    is_baseline: bool = False

    @property
    def texts(self) -> list[str]:
        """The translations or summaries."""
        return [output.text for output in self.outputs]

    @property
    def words_per_second(self) -> float:
        """Words of the source in a second of decoding; loading is not counted."""
        return self.source_words / self.seconds if self.seconds else 0.0


def sources_of(system: System, articles: ArticleSet) -> list[str]:
    """What the system reads: segments to translate, or articles in the summary's language.

    Raises:
        InputError: English summaries are asked for of articles that nobody translated.
    """
    if system.task == "translate":
        return [segment.source for segment in articles.segments]
    if system.task == "digest" or system.language == "ar":
        return [article.source for article in articles.articles]
    if not all(segment.reference for segment in articles.segments):
        raise InputError(f"{articles.name} has no translations to summarize; run a digest instead")
    return [article.reference for article in articles.articles]


def identity_of(system: System, *, offline: bool = False) -> str:
    """What changes when the weights of a system do; fetches them if they are not here.

    Raises:
        ModelError: there is no such model, or it cannot be had.
    """
    from mt.sources import resolve

    models = system.model.split("+") if system.task == "digest" else [system.model]
    names = [name for name in models if name != "extractive"]
    return "+".join(resolve(name, offline=offline).identity for name in names) or "no model"


def run(
    system: System,
    articles: ArticleSet,
    *,
    cache_folder: Path | None = None,
    offline: bool = False,
    fresh: bool = False,
    isolated: bool = True,
) -> Run:
    """The outputs of a system, from the cache if they are there.

    Args:
        cache_folder: where outputs are kept; nowhere if not given.
        fresh: decode even if they are there.
        isolated: in a new process, so that speed and memory are the system's own.

    Raises:
        TarjamaError: the system cannot be loaded or run.
    """
    identity = identity_of(system, offline=offline)
    sources = sources_of(system, articles)
    kept = cache_folder / f"{_key(system, identity, sources)}.json" if cache_folder else None
    if kept and kept.exists() and not fresh:
        return replace(from_object(json.loads(kept.read_text("utf-8"))), system=system)
    if isolated:
        done = _isolated(system, identity, sources, offline=offline)
    else:
        done = decode(system, identity, sources, offline=offline)
    if kept:
        from mt.outputs import replacing

        with replacing(kept) as file:
            json.dump(asdict(done), file, ensure_ascii=False)
    return done


def _isolated(system: System, identity: str, sources: Sequence[str], *, offline: bool) -> Run:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        done = process.submit(decode, system, identity, sources, offline=offline)
        try:
            return done.result()
        except BrokenProcessPool as error:
            raise ModelError(
                f"{system.name} was killed while it ran, most likely for want of memory; "
                "try a smaller batch_tokens or model"
            ) from error


def decode(system: System, identity: str, sources: Sequence[str], *, offline: bool = False) -> Run:
    """Load the system in this process and run it over the sources."""
    from eval.decoding import load

    start = time.perf_counter()
    work = load(system, offline=offline)
    loaded = time.perf_counter()
    outputs = tuple(Output(text, flags) for text, flags in work(sources))
    return Run(
        system,
        identity,
        outputs,
        load_seconds=loaded - start,
        seconds=time.perf_counter() - loaded,
        peak_memory=peak_memory(),
        source_words=sum(len(source.split()) for source in sources),
    )


def peak_memory() -> int:
    """The most memory, in bytes, that this process had at any time."""
    try:
        # Unlike ru_maxrss this does not count what the parent had when it started this process.
        status = Path("/proc/self/status").read_text("utf-8")
    except OSError:
        import resource  # not on Windows, which has no /proc either

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return 1024 * int(fields["VmHWM"].split()[0])


def from_object(value: dict[str, Any]) -> Run:
    """The run whose `dataclasses.asdict` was written as JSON."""
    outputs = tuple(Output(item["text"], tuple(item["flags"])) for item in value["outputs"])
    return Run(**{**value, "system": System(**value["system"]), "outputs": outputs})


def _key(system: System, identity: str, sources: Sequence[str]) -> str:
    """A name for the outputs, another one if anything changes that they depend on."""
    engines = [version(name) for name in _ENGINES]
    parts = [system.task, system.model, system.options, identity, list(sources), _code(), engines]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _code() -> str:
    """A hash of the code that decodes, so that outputs of other code are never taken for its."""
    digest = hashlib.sha256()
    for path in _code_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _code_files() -> Iterator[Path]:
    root = Path(__file__).parent.parent
    for package in ("mt", "summarize"):
        yield from sorted((root / package).rglob("*.py"))
