"""Words as summarizing compares them: in one spelling, and for extraction as stems.

Stop words are sumy's, English stems nltk's Snowball: neither needs a download. Arabic is stemmed
by light10 (Larkey, Ballesteros & Connell 2007), as nltk's Arabic Snowball gives المدينة, والمدينة
and مدينة three stems; in ROUGE the two are equal.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from mt import arabic

_WORD = re.compile(r"[^\W_]+")
# The letters that newsrooms write one for the other: as Lucene's ArabicNormalizer folds them.
_SPELLINGS = str.maketrans("أإآٱىة", "اااايه")
_ARABIC_LETTERS = re.compile("[\u0620-\u064a]")
_PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال")
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")  # each at most once, in this order
_LETTERS = re.compile(r"[^\W\d_]")


def words(text: str) -> list[str]:
    """The words in lower case; Arabic ones without marks and in one spelling, digits in ASCII.

    >>> words("قَالَتْ الإدارة: ٣٥ Days")
    ['قالت', 'الاداره', '35', 'days']
    """
    if not text.isascii():
        text = arabic.ascii_digits_and_punctuation(arabic.normalise(text)).translate(_SPELLINGS)
    return _WORD.findall(text.lower())


def terms(text: str) -> list[str]:
    """The stems of the words that carry meaning.

    >>> terms("The meetings were held in Damascus")
    ['meet', 'held', 'damascus']
    """
    return [stem(word) for word in words(text) if word not in stop_words()]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The word, in the spelling of `words`, without endings and, in Arabic, without prefixes.

    >>> stem("والمدينه"), stem("meetings")
    ('مدين', 'meet')
    """
    if not _ARABIC_LETTERS.search(word):
        return str(_english().stem(word))
    if word.startswith("و") and len(word) > 3:
        word = word[1:]
    prefix = next((p for p in _PREFIXES if word.startswith(p) and len(word) > len(p) + 1), "")
    word = word.removeprefix(prefix)
    for suffix in _SUFFIXES:
        if len(word) > len(suffix) + 1:
            word = word.removesuffix(suffix)
    return word


@cache
def stop_words() -> frozenset[str]:
    """Words of both languages that carry no meaning, in the spelling of `words`."""
    from sumy.utils import get_stop_words  # type: ignore[import-untyped]

    return frozenset(
        word
        for language in ("arabic", "english")
        for line in get_stop_words(language)
        for word in words(line)
    )


def language_of(text: str) -> str:
    """`ar` if at least half of the letters are Arabic, else `en`.

    >>> language_of("قال Biden"), language_of("3 قال President Biden"), language_of("")
    ('en', 'en', 'en')
    """
    letters = len(_LETTERS.findall(text))
    return "ar" if letters and 2 * len(_ARABIC_LETTERS.findall(text)) >= letters else "en"


@cache
def _english():  # type: ignore[no-untyped-def]  # nltk has no types
    from nltk.stem.snowball import EnglishStemmer  # type: ignore[import-untyped]

    return EnglishStemmer()
