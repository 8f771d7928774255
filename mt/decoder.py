"""Decodes any number of sources with one backend: batches that fit, and what is known already.

Sources are sorted by length, so that little of a batch is padding; a batch holds a bounded number
of tokens, and fewer for good once the device has run out of memory. What a ledger remembers is
not decoded again, and what is decoded is remembered batch by batch.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence

from mt.backends import Backend, DecodingOptions, Hypothesis
from mt.errors import OutOfMemory
from mt.ledger import Ledger

logger = logging.getLogger(__name__)
Progress = Callable[[Sequence[str]], None]


def ignore(sources: Sequence[str]) -> None:
    """The Progress that tells nobody."""


class Decoder:
    """One backend with its batches and its memory.

    Args:
        model: tells these weights from others, and so keys what is remembered.
        batch_tokens: upper bound of source tokens in one batch, padding counted. It is halved
            for good when the device runs out of memory.
        ledger: where hypotheses are remembered and looked up; None remembers nothing.
    """

    def __init__(
        self, backend: Backend, *, model: str, batch_tokens: int, ledger: Ledger | None = None
    ) -> None:
        self.backend = backend
        self.batch_tokens = batch_tokens
        self._system = f"{model}|{backend.name}|{backend.quantization}|{backend.task}"
        self._ledger = ledger

    def decode(
        self,
        sources: Sequence[str],
        options: DecodingOptions,
        *,
        bound: Callable[[DecodingOptions, int], DecodingOptions] | None = None,
        progress: Progress = ignore,
    ) -> dict[str, Hypothesis]:
        """A hypothesis for each of the sources, which are all different and fit the model.

        Args:
            bound: makes the options of a batch from those given and the tokens of its longest
                source; it may only bound what no good output reaches.
            progress: called with the sources that have just been done.

        Raises:
            OutOfMemory: a single source is too much for the device.
        """
        system = f"{self._system}|{options}"
        found = self._ledger.get(system, sources) if self._ledger else {}
        progress(list(found))
        todo = [source for source in sources if source not in found]
        if not todo:
            return found
        lengths = dict(zip(todo, self.backend.count_tokens(todo), strict=True))
        queue = deque(sorted(todo, key=lengths.__getitem__, reverse=True))
        while queue:
            longest = max(lengths[queue[0]], 1)
            size = max(1, min(len(queue), self.batch_tokens // longest))
            batch = [queue.popleft() for _ in range(size)]
            fitted = bound(options, longest) if bound else options
            try:
                new = dict(zip(batch, self.backend.generate(batch, fitted), strict=True))
            except OutOfMemory:
                if size == 1:
                    raise
                queue.extendleft(reversed(batch))
                self.batch_tokens = max(1, size // 2) * longest
                logger.warning("out of memory: batches of %s tokens now", self.batch_tokens)
                continue
            if self._ledger:
                self._ledger.put(system, new)
            found.update(new)
            progress(batch)
        return found
