"""How long a summary may be: so many whole sentences, so many words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mt.errors import InputError

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}  # what people write out


@dataclass(frozen=True)
class Length:
    """The length asked for; None is no limit.

    Raises:
        InputError: a limit is below 1.
    """

    sentences: int | None = 3  # what a digest needs; news puts the rest in its first paragraphs
    max_words: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("sentences", self.sentences), ("words", self.max_words)):
            if value is not None and value < 1:
                raise InputError(f"a summary of {value} {name} is not possible; ask for 1 or more")

    @property
    def in_words(self) -> str:
        """As a prompt says it.

        >>> Length(3).in_words, Length(1).in_words, Length(None, max_words=60).in_words
        ('two or three sentences', 'one sentence', 'at most 60 words')
        """
        if self.sentences is None:
            return f"at most {self.max_words} words" if self.max_words else "a few sentences"
        if self.sentences == 1:
            return "one sentence"
        fewer, most = (_NUMBERS.get(n, n) for n in (self.sentences - 1, self.sentences))
        return f"{fewer} or {most} sentences"

    def allows(self, sentences: Sequence[str]) -> bool:
        """Whether these sentences together are short enough.

        >>> Length(2, max_words=5).allows(["He went home.", "She stayed."])
        True
        """
        words = sum(len(sentence.split()) for sentence in sentences)
        return (self.sentences is None or len(sentences) <= self.sentences) and (
            self.max_words is None or words <= self.max_words
        )
