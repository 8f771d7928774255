"""Summaries and digests as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from mt.document import Document
from mt.formats.jsonlines import line_of
from mt.translator import SegmentTranslation, Translation
from summarize.digest import Digest
from summarize.summarizer import Summary

# Right-to-left isolate and its end: keeps Arabic in one piece in a terminal's line.
_RTL, _END = "\u2067", "\u2069"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the article beside its translation."""

    source: str
    segments: tuple[SegmentTranslation, ...]

    @property
    def target(self) -> str:
        """The English paragraph."""
        return " ".join(segment.target for segment in self.segments)


def paragraphs(translation: Translation) -> Iterator[Paragraph]:
    """The paragraphs of a translated text, in order."""
    results = iter(translation.segments)
    for segments in translation.source.paragraphs():
        yield Paragraph(Document(segments).text.strip(), tuple(next(results) for _ in segments))


def summary_row(source: str, summary: Summary) -> dict[str, object]:
    """What JSON says of a summary; the places of sentences are those in `source`."""
    row: dict[str, object] = {
        "summary": summary.text,
        "language": summary.language,
        "method": summary.method,
        "model": summary.model,
        "flags": list(summary.flags),
        "unsupported": asdict(summary.unsupported),
        "chunks": summary.chunks,
        "depth": summary.depth,
    }
    if summary.overlap:
        row |= {name: round(value, 2) for name, value in asdict(summary.overlap).items()}
    if summary.sentences:
        places = [(source.find(s.text), s.text) for s in summary.sentences]
        row["sentences"] = [
            {"text": text, "start": start, "end": start + len(text)} for start, text in places
        ]
    if summary.extract:
        row["extract"] = summary.extract
    return row


def digest_row(source: str, digest: Digest) -> dict[str, object]:
    """What JSON says of a digest."""
    return {
        "headline": digest.headline.text,
        "dateline": digest.dateline.text,
        "translation": digest.body.text,
        "captions": digest.captions.text,
        **summary_row(source, digest.summary),
        "segments": [
            {"source": s.source, "target": s.target, "score": s.score, "flags": list(s.flags)}
            for part in (digest.headline, digest.dateline, digest.captions, digest.body)
            for s in part.segments
        ],
        "translator": digest.body.model,
    }


def to_json(row: dict[str, object]) -> str:
    """One line of JSON, Arabic as it is."""
    return line_of(row)


def digest_text(digest: Digest) -> str:
    """A digest for a terminal: headline, summary, translation, doubts in brackets."""
    lines = []
    if digest.headline.text:
        lines += [digest.headline.text, f"{_RTL}{digest.headline.source.text}{_END}"]
    if digest.dateline.text:
        lines.append(digest.dateline.text)
    lines += ["", "SUMMARY", digest.summary.text, *_doubts(digest.summary), "", "TRANSLATION"]
    for paragraph in paragraphs(digest.body):
        flags = dict.fromkeys(flag.value for s in paragraph.segments for flag in s.flags)
        lines += [paragraph.target + (f" [{', '.join(flags)}]" if flags else ""), ""]
    return "\n".join(lines).strip("\n") + "\n"


def _doubts(summary: Summary) -> Iterator[str]:
    found = summary.unsupported
    for kind, values in (
        ("numbers", found.numbers),
        ("dates", found.dates),
        ("names", found.names),
    ):
        if values:
            yield f"[not in the article: {kind} {', '.join(values)}]"
    others = [f for f in summary.flags if f.value not in ("numbers", "dates", "names")]
    if others:
        yield f"[{', '.join(others)}]"
    if summary.extract:
        yield f"Sentences of the article instead: {summary.extract}"
