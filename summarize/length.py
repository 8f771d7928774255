"""How long a summary may be: so many whole sentences, so many words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mt.errors import InputError


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

    def allows(self, sentences: Sequence[str]) -> bool:
        """Whether these sentences together are short enough.

        >>> Length(2, max_words=5).allows(["He went home.", "She stayed."])
        True
        """
        words = sum(len(sentence.split()) for sentence in sentences)
        return (self.sentences is None or len(sentences) <= self.sentences) and (
            self.max_words is None or words <= self.max_words
        )
