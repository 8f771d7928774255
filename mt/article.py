"""What is the article and what is page furniture in the plain text that a scraper gives of a page.

Lines that say what they are (`furniture.py`) come first; the place of a line among them decides
the rest. What is in doubt is body. For HTML, trafilatura knows more than plain text still shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass

from mt.arabic import has_arabic
from mt.furniture import Kind, Opens, find_rule, fold

_PROSE_WORDS = 6  # a paragraph has at least so many words and ends like a sentence,
_LONG_WORDS = 20  # or so many words and ends as it likes
_HEADLINE_WORDS = range(3, 26)
_STANDFIRST_WORDS = 12  # the second of two titles is a standfirst if so long, and far longer
_SHORT_WORDS = 4  # sections, authors, tags and most subheadings have at most so many


@dataclass(frozen=True)
class Line:
    """One line with its line ending, and what it is."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Article:
    """The lines of a page, each with its kind; their texts joined are the page again, exactly."""

    lines: tuple[Line, ...]

    @classmethod
    def from_text(cls, text: str) -> Article:
        """Find the article in the text of a page; a text that is no page is all body.

        >>> page = "+A\\nاتفاق في دمشق\\n\\nوقع الطرفان اليوم اتفاقا في دمشق.\\nاقرأ أيضاً: خبر\\n"
        >>> article = Article.from_text(page)
        >>> article.headline, article.body
        ('اتفاق في دمشق', 'وقع الطرفان اليوم اتفاقا في دمشق.')
        """
        texts = re.findall(r"[^\n]*\n|[^\n]+", text)
        kinds = _kinds([fold(line) for line in texts]) if has_arabic(text) else None
        if kinds is None:
            kinds = [Kind.BODY if line.strip() else Kind.BLANK for line in texts]
        return cls(tuple(map(Line, kinds, texts)))

    @property
    def text(self) -> str:
        """The article without its furniture, in the order of the page."""
        return self._join(frozenset(Kind) - {Kind.FURNITURE})

    @property
    def headline(self) -> str:
        """The headline, or "" if none was found."""
        return self._join({Kind.HEADLINE}).strip()

    @property
    def dateline(self) -> str:
        """The first line that says when (and where) the article appeared, or ""."""
        return next((line.text.strip() for line in self.lines if line.kind is Kind.DATELINE), "")

    @property
    def captions(self) -> tuple[str, ...]:
        """What is written under the pictures."""
        return tuple(line.text.strip() for line in self.lines if line.kind is Kind.CAPTION)

    @property
    def body(self) -> str:
        """The paragraphs and subheadings, with the blank lines between them."""
        return self._join({Kind.BODY, Kind.BLANK}).strip("\r\n")

    def _join(self, kept: Set[Kind]) -> str:
        """The lines of these kinds; of the blank lines around a line left out, one run stays."""
        joined: list[Line] = []
        left_out = False
        for line in self.lines:
            if line.kind in kept or line.kind is Kind.BLANK:
                again = line.kind is Kind.BLANK and (not joined or joined[-1].kind is Kind.BLANK)
                if not (left_out and again):
                    joined.append(line)
                left_out = left_out and line.kind is Kind.BLANK
            else:
                left_out = True
        return "".join(line.text for line in joined)


def _is_prose(line: str) -> bool:
    """Whether the line reads like a paragraph rather than like a title."""
    ends_sentence = re.search(r"(?<!\.)[.:;][\"»”')\]]*$", line) is not None
    return len(line.split()) >= (_PROSE_WORDS if ends_sentence else _LONG_WORDS)


def _kinds(lines: list[str]) -> list[Kind] | None:
    """The kind of each folded line, or None if nothing in them reads like an article."""
    page = _Page(lines)
    if not page.prose:
        return None
    headline = page.mark_head()
    if page.is_scraped:
        page.mark_lists(headline)
        page.mark_comments()
        page.mark_tail()
    return [kind or Kind.BODY for kind in page.kinds]


class _Page:
    """Folded lines on their way to a kind each; None is "not known yet", and ends as body."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.words = [len(line.split()) for line in lines]
        self.rules = [find_rule(line) for line in lines]
        self.kinds: list[Kind | None] = [
            (rule.kind if rule else None) if line else Kind.BLANK
            for line, rule in zip(lines, self.rules, strict=True)
        ]
        # A paragraph that comes again is at first the description of the page or of a picture.
        last = {line: i for i, line in enumerate(lines)}
        self.prose = [i for i in self.unknown() if _is_prose(lines[i]) and last[lines[i]] == i]
        self.is_scraped = Kind.FURNITURE in self.kinds

    def unknown(self, start: int = 0, stop: int | None = None) -> list[int]:
        """The lines from start to stop of which nothing is known yet."""
        return [i for i in range(len(self.lines))[start:stop] if self.kinds[i] is None]

    def mark(self, lines: Iterable[int], kind: Kind) -> None:
        """Say of these lines what they are."""
        for i in lines:
            self.kinds[i] = kind

    def opened(self, *openings: Opens) -> list[int]:
        """The lines that open one of these."""
        return [i for i, rule in enumerate(self.rules) if rule and rule.opens in openings]

    def mark_head(self) -> int:
        """Mark what stands above the first paragraph; returns where the headline is, or 0."""
        start = self.prose[0]
        for i in range(start, self.prose[-1]):
            if self.kinds[i] is Kind.DATELINE:
                self.kinds[i] = None  # a subheading of a chronicle
        headline = self._find_headline(start)
        if headline is None:
            self.mark(self.unknown(0, start), Kind.FURNITURE if self.is_scraped else Kind.BODY)
            return 0
        if not self.is_scraped and self.unknown(0, start) != [headline]:
            return 0  # some text with more than a title above its first paragraph: all body
        desks = [i for i in range(headline) if self.kinds[i] is Kind.BYLINE]  # or sections
        self.mark([*self.unknown(0, headline), *desks], Kind.FURNITURE)
        self.mark([headline], Kind.HEADLINE)
        again = [i for i in self.unknown(headline) if self.lines[i] == self.lines[headline]]
        self.mark(again, Kind.FURNITURE)
        for i in self.unknown(headline, start):
            self.kinds[i] = self._below_headline(i)
        return headline

    def _find_headline(self, start: int) -> int | None:
        """The title next above the date, the author, a picture or the first paragraph."""
        titles = [i for i in self.unknown(0, start) if self.words[i] in _HEADLINE_WORDS]
        if not titles:
            return None
        first = next(line for line in self.lines if line)
        for i in titles:  # the title of the window: headline, site
            if re.match(re.escape(self.lines[i]) + r" [-–—|:] \S", first):
                return i
        pictures = self.opened(Opens.CAPTION)
        for i in range(titles[0], start):
            if i in pictures or self.kinds[i] in {Kind.DATELINE, Kind.BYLINE, Kind.CAPTION}:
                titles = [title for title in titles if title < i]
                break
        else:  # nothing but titles above the paragraph: the last may be a subheading
            long = [title for title in titles if self.words[title] > _SHORT_WORDS]
            titles = long or titles
        *above, title = titles
        is_long = self.words[title] >= _STANDFIRST_WORDS
        if above and is_long and _SHORT_WORDS < self.words[above[-1]] < self.words[title] / 1.5:
            return above[-1]
        return title

    def _below_headline(self, i: int) -> Kind:
        """What a line between the headline and the first paragraph is."""
        following = next(self.lines[j] for j in range(i + 1, len(self.lines)) if self.lines[j])
        is_name = following.startswith(self.lines[i] + " ")  # of a picture, above its caption
        if is_name or not re.search(r"\w", self.lines[i]):
            return Kind.FURNITURE
        rule_above = self.rules[i - 1]
        if rule_above and rule_above.opens is Opens.CAPTION:
            return Kind.CAPTION
        is_title = self.words[i] > _SHORT_WORDS or self.lines[i][-1] in "!?.:"
        return Kind.BODY if is_title else Kind.BYLINE

    def mark_lists(self, headline: int) -> None:
        """Mark the titles of other articles, and what is written under pictures in the body."""
        for i in self.opened(Opens.CAPTION):
            below = self.unknown(i + 1, i + 2)
            self.mark((j for j in below if j > headline and j not in self.prose), Kind.CAPTION)
        for i in self.opened(Opens.LIST, Opens.TAIL):
            if i > headline:
                self.mark(self._titles_below(i), Kind.FURNITURE)

    def _titles_below(self, opener: int) -> list[int]:
        """The lines of a list of articles: all up to the paragraph with which the body goes on."""
        stop = opener + 1
        while stop < len(self.lines) and self.kinds[stop] is not Kind.FURNITURE:
            stop += 1
        block = [i for i in range(opener + 1, stop) if self.kinds[i] is not Kind.BLANK]
        prose = [i for i in block if i in self.prose]
        is_tail = opener in self.opened(Opens.TAIL)
        if not prose or (is_tail and max(self.words[i] for i in prose) < _LONG_WORDS):
            return block
        titles = [i for i in block if i < prose[0]]
        *others, last = titles or [opener]
        is_apart = "" in self.lines[opener:last] and not self.lines[last - 1]
        is_close = "" not in self.lines[opener : prose[0]]
        if others and self.words[last] <= _SHORT_WORDS and (is_apart or is_close):
            return others  # the last is a subheading
        return titles

    def mark_comments(self) -> None:
        """Mark all below the foot of the page, unless more of the text stands there than above."""
        for i in self.opened(Opens.END):
            above = sum(self.words[j] for j in self.prose if j < i)
            below = sum(self.words[j] for j in self.prose if j > i)
            if above and above >= below:
                rest = range(i + 1, len(self.lines))
                self.mark((j for j in rest if self.lines[j]), Kind.FURNITURE)

    def mark_tail(self) -> None:
        """Mark what is left (tags, dates, numbers) below the first furniture after the body."""
        last = max((i for i in self.prose if self.kinds[i] is None), default=0)
        is_over = False
        for i in range(last, len(self.lines)):
            is_over = is_over or self.kinds[i] is Kind.FURNITURE
            if is_over and self.kinds[i] in {None, Kind.DATELINE}:
                self.kinds[i] = Kind.FURNITURE
