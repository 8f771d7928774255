"""Cuts a document that is too long for a model into chunks that fit, on sentence boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from mt.document import Document, Segment, split_long
from summarize.words import language_of

Count = Callable[[Sequence[str]], list[int]]


def chunk(text: str, count: Count, limit: int) -> list[str]:
    """The text in as few chunks of like size as have at most `limit` tokens; nothing is lost.

    A single sentence above the limit is cut at the best place inside of it. White space at the
    ends of a chunk is dropped.

    >>> chunk("A b c. D e. F g h i.", lambda texts: [len(t.split()) for t in texts], 5)
    ['A b c. D e.', 'F g h i.']

    Args:
        count: the tokens of each text, as the model counts them.
    """
    if not text.strip():
        return []
    if count([text])[0] <= limit:
        return [text.strip()]
    segments = [
        piece
        for segment in Document.from_text(text, language_of(text)).segments
        for piece in _pieces(segment, count, limit)
    ]
    return _packed(segments, count, limit)


def _pieces(segment: Segment, count: Count, limit: int) -> list[Segment]:
    """The segment, in pieces if it alone is too long."""
    pieces = split_long(segment.text, lambda text: count([text])[0] <= limit)
    pieces[-1] = Segment(pieces[-1].text, segment.tail)
    return pieces


def _packed(segments: Sequence[Segment], count: Count, limit: int) -> list[str]:
    """Chunks of about the same number of tokens; a small last one would be summarized badly."""
    sizes = count([segment.text for segment in segments])
    total = max(sum(sizes), 1)
    for number in range(ceil(total / limit), len(segments)):
        groups: list[list[Segment]] = [[] for _ in range(number)]
        before = 0
        for segment, size in zip(segments, sizes, strict=True):
            groups[min(int((before + size / 2) / total * number), number - 1)].append(segment)
            before += size
        chunks = [text for text in map(_text, groups) if text]
        if max(count(chunks)) <= limit:  # what joins sentences may take tokens too
            return chunks
    return [segment.text for segment in segments if segment.text]


def _text(segments: Sequence[Segment]) -> str:
    return "".join(segment.text + segment.tail for segment in segments).strip()
