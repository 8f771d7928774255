"""Normalisation of Arabic text: pure functions, one a step, and `normalise`, which joins them.

It is for what a model or a metric reads, never for what the user gets back. Knows letters and
marks only: no morphology, no spelling variants (ا/أ, ه/ة), no dialects.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

_LETTERS = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u0870-\u0887\u0889-\u088e\u08a0-\u08c9"
    "\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfd\ufe70-\ufefc"
)
_LETTER = re.compile(f"[{_LETTERS}]")
_WORD = re.compile(f"[{_LETTERS}][{_LETTERS}\u0640\u064b-\u065f\u0670]*")

# What is written above and below letters: vowels, tanween, shadda, the small alef of هٰذا, and
# Quranic marks. MADDAH and HAMZA ABOVE/BELOW (0653-0655) belong to the letter: NFC joins them.
_TASHKEEL = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_TATWEEL = "\u0640"
# Soft hyphen, Arabic letter mark, zero-width and bidi marks, word joiner, byte-order mark, and
# surrogates, which are half a character.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# NFKC of whole texts would also turn ½ into 1⁄2 and … into three dots.
_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")

_TO_ASCII = {
    **{chr(0x660 + i): str(i) for i in range(10)},  # Arabic-Indic digits
    **{chr(0x6F0 + i): str(i) for i in range(10)},  # as Persian and Urdu write them
    "٫": ".",  # decimal sign
    "٬": ",",  # thousands sign
    "،": ",",
    "؛": ";",
    "؟": "?",
    "٪": "%",
    "۔": ".",
    "٭": "*",
}
_GUILLEMETS = str.maketrans("«»", '""')
ASCII_TABLE = str.maketrans(_TO_ASCII)
DIGITS_AND_PUNCTUATION = "".join(_TO_ASCII)


def has_arabic(text: str) -> bool:
    """Whether the text has a letter of the Arabic script (digits and punctuation do not count).

    >>> has_arabic("في 3 March"), has_arabic("٣،"), has_arabic("ﷺ")
    (True, False, True)
    """
    return _LETTER.search(text) is not None


def arabic_words(text: str) -> list[str]:
    """The words in Arabic script, marks included, in order.

    >>> arabic_words("قال Ahmed: نَعَم، 3")
    ['قال', 'نَعَم']
    """
    return [match.group() for match in arabic_word_matches(text)]


def arabic_word_matches(text: str) -> Iterator[re.Match[str]]:
    """Where those words are."""
    return _WORD.finditer(text)


def strip_tashkeel(text: str) -> str:
    """The text without vowel signs and other marks; hamza and madda stay with their letter.

    >>> strip_tashkeel("مُحَمَّدٌ قرآن")
    'محمد قرآن'
    """
    return _TASHKEEL.sub("", unicodedata.normalize("NFC", text))


def strip_tatweel(text: str) -> str:
    """The text without the stroke that stretches words.

    >>> strip_tatweel("عـــاجل")
    'عاجل'
    """
    return text.replace(_TATWEEL, "")


def strip_invisible(text: str) -> str:
    """The text without zero-width characters, direction marks and soft hyphens."""
    return _INVISIBLE.sub("", text)


def fold_presentation_forms(text: str) -> str:
    """The text with the shapes of old fonts and PDFs as letters (NFKC, on these blocks only).

    >>> fold_presentation_forms("ﻻ ½")
    'لا ½'
    """
    return _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def ascii_digits_and_punctuation(text: str) -> str:
    """The text with digits and punctuation of the Arabic script in their ASCII form.

    >>> ascii_digits_and_punctuation("١٬٢٠٠ أم ٣٫٥٪؟")
    '1,200 أم 3.5%?'
    """
    return text.translate(ASCII_TABLE)


def english_punctuation(text: str) -> str:
    """A translation with the digits, punctuation and quotation marks of English.

    >>> english_punctuation("He said: «No»، ٣ times")
    'He said: "No", 3 times'
    """
    return ascii_digits_and_punctuation(text).translate(_GUILLEMETS)


def collapse_space(text: str) -> str:
    """The text with every run of white space as one space, and none at its ends."""
    return " ".join(text.split())


def normalise(text: str, *, to_ascii: Collection[str] = ()) -> str:
    """The text as a model reads it best: bare letters, no invisible characters, single spaces.

    Args:
        to_ascii: digits and punctuation of the Arabic script that the model does not know, out
            of DIGITS_AND_PUNCTUATION; they get their ASCII form.

    >>> normalise("عُقِدَ  الاجتمـــاع؟", to_ascii="؟")
    'عقد الاجتماع?'
    """
    text = fold_presentation_forms(strip_invisible(text))
    text = strip_tatweel(strip_tashkeel(text))
    for character in to_ascii:
        text = text.replace(character, _TO_ASCII[character])
    return collapse_space(text)
