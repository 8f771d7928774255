"""Words as ROUGE and the overlap measures count them, in any script.

rouge-score's own tokenizer knows a–z and 0–9 only: two identical Arabic texts score 0 with it
(google-research/rouge/tokenize.py; huggingface/evaluate#256). On plain English this one gives
exactly what that one gives. Knows no stems and no stop words.
"""

from __future__ import annotations

from functools import lru_cache

from summarize import words as folded

SIGNATURE = "tok:unicode|ar:lucene|stem:no"


@lru_cache(maxsize=1 << 14)  # one segment is asked for once per metric
def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, Arabic ones in one spelling: those of `summarize.words`.

    Marks, tatweel and presentation forms go, digits become ASCII, alef, yeh and teh marbuta are
    written one way.

    >>> words("The U.S. said: 3.5%")
    ('the', 'u', 's', 'said', '3', '5')
    >>> words("قَالَتْ الإدارة: ٣٫٥٪")
    ('قالت', 'الاداره', '3', '5')
    """
    return tuple(folded.words(text))


class WordTokenizer:
    """`words` in the shape that rouge-score asks for."""

    def tokenize(self, text: str) -> tuple[str, ...]:
        """The words of the text."""
        return words(text)
