"""Splits text into segments (sentences, headings, list items) and joins them without loss.

Line breaks always end a segment; sentences are found by sentencex. Bullets and numbers of lists
become segments of their own, so that no model sees them. Knows nothing of models: how long a
segment may be is the caller's to say (`split_long`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import sentencex  # type: ignore[import-untyped]

# Every character that some standard calls a line break, with the white space around it. It starts
# only where white space starts, so that a million blanks take linear time.
_BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_LINE_BREAK = re.compile(rf"(?<!\s)[^\S{_BREAKS}]*+[{_BREAKS}]\s*")
_BULLET = re.compile(r"(?:[-–—*•●▪■◦‣·]|[0-9٠-٩۰-۹]{1,3}[.)\-])(?=\s)")
# sentencex takes the full stop of د. (Dr), أ.د. (Prof.), ص.ب. (P.O. Box) for the end of a
# sentence. After a digit a single letter is a unit or an era (622 م.), and may well end one.
_ABBREVIATION = re.compile(r"(?:^|[\s(«\"'])(?<![0-9٠-٩]\s)(?:[\u0621-\u064a]ـ?\.\s?)+$")

# It also takes the stop in ١٢.٥ and ١٦.٢.٢٠٢١ for one; only of Latin digits does it know better.
_DIGIT_STOP = re.compile(r"\d\.$")
_DIGIT = re.compile(r"\d")

# Two dots are a pause ("عاجل .. انفجار في دمشق") in a line without a full stop at its end, which
# is a headline; who writes them for full stops ends the line with them too.
_PAUSE = re.compile(r"(?<!\.)\.\.\s*$")
_FULL_STOP = re.compile(r"[.!?؟…۔][\"'”’»)\]]*$")

# Half of a character, as a JSON escape can give it: no other library takes it for text.
_SURROGATE = re.compile("[\ud800-\udfff]")

# Where to cut what is too long, from best to worst.
_INNER_BOUNDARIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<=[؛;:.!؟?…])\s+",
        r"(?<=[،,])\s+|\s+(?=[-–—(«\[])|(?<=[)»\]])\s+",
        r"\s+(?=(?:و\w{2,}|ثم|لكن|ولكن|أو|بل|حيث|بينما|فيما|الذي|التي|الذين|إذ|لأن|كما|and|but|or"
        r"|which|who|that)\b)",
        r"\s+",
    )
)


@dataclass(frozen=True)
class Segment:
    """A stretch of text without line breaks, and the white space that follows it."""

    text: str
    tail: str = ""


@dataclass(frozen=True)
class Document:
    """A text as segments; joined they are the text again, to the character."""

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The whole text, white space and all."""
        return "".join(segment.text + segment.tail for segment in self.segments)

    @classmethod
    def from_text(cls, text: str, language: str = "ar") -> Document:
        """Split a text into segments without losing a character.

        White space at the beginning is the tail of an empty segment.

        >>> Document.from_text("نعم. لا؟\\n- قال د. علي").segments
        (Segment(text='نعم.', tail=' '), Segment(text='لا؟', tail='\\n'), \
Segment(text='-', tail=' '), Segment(text='قال د. علي', tail=''))
        """
        segments: list[Segment] = []
        for piece, tail in _lines(text):
            if piece:
                sentences = list(_sentences(piece, language))
                segments += sentences[:-1]
                segments.append(Segment(sentences[-1].text, sentences[-1].tail + tail))
            else:
                segments.append(Segment("", tail))
        return cls(tuple(segments))

    def with_texts(self, texts: Iterable[str]) -> Document:
        """The same document, white space and all, with other words in its segments.

        Raises:
            ValueError: the number of texts is not the number of segments.
        """
        pairs = zip(texts, self.segments, strict=True)
        return Document(tuple(Segment(text, old.tail) for text, old in pairs))

    def paragraphs(self) -> Iterator[tuple[Segment, ...]]:
        """The segments of each line, in order; blank lines have none and are left out."""
        paragraph: list[Segment] = []
        for segment in self.segments:
            if segment.text:
                paragraph.append(segment)
            if paragraph and _LINE_BREAK.match(segment.tail):
                yield tuple(paragraph)
                paragraph = []
        if paragraph:
            yield tuple(paragraph)


def split_long(text: str, fits: Callable[[str], bool]) -> list[Segment]:
    """The text in pieces that fit, cut at the best boundaries near the middle, nothing lost.

    A boundary counts as near if neither side has less than a quarter of the text. Between words
    is the last choice but one; inside a word (a long one without white space) is the last.
    A single character is never cut, whether it fits or not.

    >>> [s.text for s in split_long("قال نعم، ثم ذهب", lambda piece: len(piece) < 10)]
    ['قال نعم،', 'ثم ذهب']
    """
    if len(text) < 2 or fits(text):
        return [Segment(text)]
    start, end = _inner_boundary(text)
    left, right = split_long(text[:start], fits), split_long(text[end:], fits)
    left[-1] = Segment(left[-1].text, text[start:end])
    return left + right


def _inner_boundary(text: str) -> tuple[int, int]:
    """Where the white space between the two halves begins and ends."""
    quarter = max(len(text) // 4, 1)
    for boundary in _INNER_BOUNDARIES:
        near = [
            match.span()
            for match in boundary.finditer(text)
            if quarter <= match.start() and match.end() <= len(text) - quarter
        ]
        if near:
            return min(near, key=lambda span: abs(span[0] + span[1] - len(text)))
    middle = len(text) // 2
    return middle, middle


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Lines without the white space around them, each with the white space that follows it."""
    start = len(text) - len(text.lstrip())
    if start:
        yield "", text[:start]
    for match in _LINE_BREAK.finditer(text, start):
        yield text[start : match.start()], match.group()
        start = match.end()
    if start < len(text):
        rest = text[start:]
        core = rest.rstrip()
        yield core, rest[len(core) :]


def _sentences(line: str, language: str) -> Iterator[Segment]:
    """The sentences of a line, which neither begins nor ends with white space."""
    bullet = _BULLET.match(line)
    if bullet:
        rest = line[bullet.end() :].lstrip()
        yield Segment(bullet.group(), line[bullet.end() : len(line) - len(rest)])
        line = rest
    pieces: list[str] = []
    end = 0
    for found in sentencex.segment(language, _SURROGATE.sub("\ufffd", line)):
        piece = line[end : end + len(found)]
        end += len(found)
        if pieces and (not piece.strip() or _goes_on(pieces[-1], piece, line)):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    if "".join(pieces) != line:  # a bug of the splitter's must not lose text
        pieces = [line]
    for piece in pieces:
        core = piece.rstrip()
        yield Segment(core, piece[len(core) :])


def _goes_on(piece: str, following: str, line: str) -> bool:
    """Whether a piece ends within an abbreviation, a decimal, a date or a headline."""
    inside_number = _DIGIT_STOP.search(piece) and _DIGIT.match(following)
    inside_headline = _PAUSE.search(piece) and not _FULL_STOP.search(line)
    return bool(inside_number or inside_headline or _ABBREVIATION.search(piece))
