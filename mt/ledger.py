"""Remembers what was decoded, so that a killed run goes on and a repeated one is quick.

An SQLite file keyed by a hash of everything that made a hypothesis: the model, the backend, the
decoding options and the text that the model read. Processes may share it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mt.backends import Hypothesis
from mt.errors import InputError

_TABLE = """
CREATE TABLE IF NOT EXISTS hypotheses (
    key BLOB PRIMARY KEY, text TEXT NOT NULL, score REAL, tokens INTEGER NOT NULL,
    truncated INTEGER NOT NULL
) WITHOUT ROWID
"""
_QUERY = 500  # keys in one query; SQLite takes at least 999 parameters


class Ledger:
    """The hypotheses of one SQLite file, which is made if it is not there.

    Args:
        fresh: find nothing, but remember what is decoded from now on.

    Raises:
        InputError: the file cannot be opened, or is no ledger; from the methods as well.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self._path = path
        self._fresh = fresh
        self.found = 0  # hypotheses that were known when they were asked for
        with self._our_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=60)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            with self._db:
                self._db.execute(_TABLE)

    def get(self, system: str, sources: Sequence[str]) -> dict[str, Hypothesis]:
        """What is known of the sources.

        Args:
            system: everything else that decides what comes out, as text.
        """
        if self._fresh:
            return {}
        by_key = {_key(system, source): source for source in sources}
        found: dict[str, Hypothesis] = {}
        keys_of_all = list(by_key)
        with self._our_errors():
            for start in range(0, len(keys_of_all), _QUERY):
                keys = keys_of_all[start : start + _QUERY]
                marks = ",".join("?" * len(keys))
                rows = self._db.execute(
                    f"SELECT key, text, score, tokens, truncated FROM hypotheses "
                    f"WHERE key IN ({marks})",
                    keys,
                )
                for key, text, score, tokens, truncated in rows:
                    found[by_key[key]] = Hypothesis(text, score, tokens, bool(truncated))
        self.found += len(found)
        return found

    def put(self, system: str, hypotheses: Mapping[str, Hypothesis]) -> None:
        """Remember a hypothesis for each source; it is on disk when this returns."""
        rows = [
            (_key(system, source), h.text, h.score, h.tokens, h.truncated)
            for source, h in hypotheses.items()
        ]
        with self._our_errors(), self._db:
            self._db.executemany("INSERT OR REPLACE INTO hypotheses VALUES (?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file; the ledger is of no use afterwards."""
        self._db.close()

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise InputError(
                f"cannot use the cache {self._path}: {error}; delete it, or run with --no-cache"
            ) from error


def _key(system: str, source: str) -> bytes:
    return hashlib.sha256(f"{system}\0{source}".encode(errors="surrogatepass")).digest()
