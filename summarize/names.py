"""Names in an English text, and whether another text, Arabic or English, has them.

English marks names by capitals, so names are looked for in English only; what is written with a
capital for another reason is told by a list of common words (SCOWL size 35). Arabic is searched
for the letters that a name's consonants may have come from. Knows nothing of who did what: a name
that is anywhere in the other text counts as there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from mt.arabic import has_arabic
from summarize.exonyms import EXONYMS
from summarize.words import words

_COMMON_WORDS = Path(__file__).with_name("common_words.txt")

# What a Latin letter or group may stand for in Arabic, longest first; "" where it may be silent.
_WEAK = "[اويهءئؤعى]"
_LETTERS = {
    "ssh": "(?:ش|صح|سح|سه)",
    "tch": "(?:تش|ش|ج)",
    "sch": "(?:ش|سك|شت)",
    "kh": "[خكق]",
    "sh": "(?:ش|سه|سح|صح)",
    "ch": "(?:تش|[شجكخ])",
    "th": "(?:[ثذتظط]|ته)",
    "dh": "(?:[ذضظد]|ده)",
    "gh": "[غقج]",
    "ph": "ف",
    "ck": "[كق]",
    "ce": f"[سصش]{_WEAK}{{0,2}}",
    "ci": f"[سصش]{_WEAK}{{0,2}}",
    "ij": f"{_WEAK}{{1,2}}",  # Dutch
    "b": "[بپ]",
    "c": "[كق]",
    "d": "[دضذط]",
    "f": "[فڤ]",
    "g": "[جغقك]",
    "h": "[هحخ]?",
    "j": "[جي]",
    "k": "[كق]",
    "l": "ل",
    "m": "م",
    "n": "ن",
    "p": "[بپ]",
    "q": "[قكجغ]",
    "r": "ر",
    "s": "[سصزث]",
    "t": "[تطه]",
    "v": "[فوڤب]",
    "w": "[وفؤ]",
    "x": "(?:كس|قس|س)",
    "y": "[يجائ]",
    "z": "[زظذضس]",
}
_GROUP = re.compile("|".join([*_LETTERS, "[aeiou]+"]))
# Vowels of short names, where any weak letter would fit too many words.
_VOWELS = {"a": "اعهءئ", "e": "ايعهءئ", "i": "ياعئ", "o": "واعؤ", "u": "وعاؤ"}
_PROCLITICS = "(?:[وف]?[بلك]?(?:ال|ل)?)"
_ENDINGS = "(?:ي|يه|يون|يين|يا|ا|ه)?"
_LONG = 4  # consonants from which on a name may be two words in Arabic (عبد الله)
# What makes a people of a country, and the consonants that must be left without it.
_ENGLISH_ENDINGS = (("ians?|eans?|s", 2), ("ans?|ese|ish", 3))

_ARTICLES = frozenset(
    re.findall(r"\w+", "abd abdul abdel al el ul ez es ash as ad an ar at az en er et")
)
_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W\d_]+(?:['’`][^\W\d_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s+|\n)['\"“‘(]*$")


def names(text: str) -> Iterator[str]:
    """The names of an English text, word by word; phrases of EXONYMS as a whole.

    >>> list(names("Police said Radfan al-Qubati flew to the United Nations in Cairo."))
    ['United Nations', 'Radfan', 'Qubati', 'Cairo']
    """
    for phrase in _PHRASES:
        match = re.search(rf"\b{re.escape(phrase)}\b", text, re.I)
        if match and match.group()[0].isupper():
            yield match.group()
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    for match in _TOKEN.finditer(text):
        token = re.sub("['’]s$", "", match.group())
        if token[0].isupper() and token.casefold() not in _ARTICLES:
            opens = bool(_SENTENCE_START.search(text[: match.start()]))
            if _exonym(token) or not _is_common(token, opens):
                yield token


def is_in(name: str, text: str) -> bool:
    """Whether a text, Arabic or English, has the name in some form.

    >>> is_in("Albukamal", "في مدينة البوكمال"), is_in("Marwan", "قال ردفان")
    (True, False)
    >>> is_in("Syrian", "in Syria"), is_in("Egyptian", "مصر")
    (True, True)
    """
    latin, arabic = _folded(text)
    bare = _bare(name)
    if any(_is_same(bare, word) for word in [*latin.split(), *_phrases_in(latin)]):
        return True
    forms = _exonym(name)
    if any(not forms.isdisjoint(_exonym(word)) for word in [*latin.split(), *_phrases_in(latin)]):
        return True
    if forms:
        return any(form in arabic for form in forms)
    if name.isupper():  # an acronym: Arabic writes the words out, if it has them
        return has_arabic(text)
    return bool(_transliterated(bare).search(arabic))


def like_words(name: str, words: Iterable[str]) -> list[str]:
    """Those of some Arabic words, in the spelling of `words`, that the name may be written as.

    >>> like_words("Kirchner", ["كيرتشنر", "كان"])
    ['كيرتشنر']
    """
    pattern = _transliterated(_bare(name))
    return [word for word in words if pattern.search(word)]


# Words that no name stands behind, but that have the letters of some: قبل (Kabul), عام (Amman).
_NO_NAMES = frozenset(
    words(
        "قبل بعد عند عن من إن أن كان كانت كل قال قالت وقال وقالت عام العام أمام إلى التي الذي هذا "
        "هذه ذلك تلك حتى حين خلال دون ضمن كما لكن ما مع منذ نحو هو هي يوم اليوم"
    )
)


@lru_cache(maxsize=8)  # every name of a summary is looked for in the same text
def _folded(text: str) -> tuple[str, str]:
    """The text's Latin words, and all its words in the spelling of `words`."""
    spelled = " ".join(word for word in words(text) if word not in _NO_NAMES)
    with_article = re.sub(r"(?<!\S)([وف]?ل)ل(?=\S)", r"\1 ال", spelled)  # للصين: ل الصين
    return _bare(" ".join(_TOKEN.findall(text))), f"{spelled} {with_article}"


def _bare(text: str) -> str:
    """Letters a–z and single spaces: no case, no accents, no apostrophes."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.sub(r"[^a-z ]", "", text).split())


def _is_same(name: str, word: str) -> bool:
    """Whether two bare words are one name: Syria, Syrians."""
    if name == word:
        return True
    short, long = sorted((name, word), key=len)
    start = short[: max(4, len(short) - 2)]
    return len(short) >= 4 and len(long) - len(short) <= 3 and long.startswith(start)


@cache
def _exonym(name: str) -> frozenset[str]:
    """What stands for the name in Arabic, if English has a word of its own for it."""
    folded = name.casefold().rstrip(".")
    if name.isupper() and (found := EXONYMS.get(folded.replace(".", ""))):
        return found
    for size in range(len(folded), 3, -1):
        if found := EXONYMS.get(folded[:size]):
            return found
    return frozenset()


_PHRASES = tuple(key for key in EXONYMS if " " in key)


@lru_cache(maxsize=8)
def _phrases_in(latin: str) -> tuple[str, ...]:
    """The phrases of EXONYMS that are in a bare text."""
    return tuple(phrase for phrase in _PHRASES if phrase in latin)


def _is_common(token: str, opens_sentence: bool) -> bool:
    """Whether a word with a capital may be no name, or is a month, a weekday or a title.

    Where everything has a capital, what is made of a common word is common too: Restorers.
    """
    bare = re.sub(r"['’`].*", "", token.casefold())
    if len(bare) < 3 or bare in _common_words():
        return True
    if not opens_sentence:
        return False
    base = re.sub(r"(?:ers?|ing|ed|es|s)$", "", bare)
    return not {base, base + "e", base.removeprefix("re"), base.removeprefix("un")}.isdisjoint(
        _common_words()
    )


@cache
def _common_words() -> frozenset[str]:
    lines = _COMMON_WORDS.read_text(encoding="utf-8").split("\n")
    return frozenset(line for line in lines if not line.startswith("#"))


@lru_cache(maxsize=4096)
def _transliterated(bare: str) -> re.Pattern[str]:
    """What finds a name in Arabic text; long names may be two words there.

    >>> bool(_transliterated("abdulhamid").search("قال عبد الحميد"))
    True
    """
    spellings = {bare}
    for ending, consonants in _ENGLISH_ENDINGS:
        stem = re.sub(f"(?:{ending})$", "", bare)
        if len(stem) >= 4 and _consonants(_groups(stem)) >= consonants:
            spellings.add(stem)
    return re.compile("|".join(map(_pattern, sorted(spellings))))


def _groups(name: str) -> list[str]:
    """Letters and vowels as they are matched, doubled consonants once."""
    return _GROUP.findall(re.sub(r"([^aeiou])\1", r"\1", name.replace(" ", "")))


def _consonants(groups: list[str]) -> int:
    return sum(group[0] not in "aeiou" for group in groups)


def _pattern(name: str) -> str:
    """Arabic that a name may come from: its consonants, and weak letters where it has vowels."""
    groups = _groups(name)
    consonants = _consonants(groups)
    gap = "(?: (?:ال|ا)?)?" if consonants >= _LONG else ""
    parts = []
    for place, group in enumerate(groups):
        if group in _LETTERS:
            letters = _LETTERS[group]
            between = 0 < place < len(groups) - 1 and groups[place - 1][0] in "aeiou"
            parts.append(letters.removesuffix("?") if place == 0 or between else letters)
            if place + 1 < len(groups) and groups[place + 1][0] not in "aeiou" and consonants > 2:
                parts.append(f"{_WEAK}?{gap}")
        elif consonants > 2:
            parts.append(f"{_WEAK}{{0,3}}{gap}")
        else:
            letters = "".join(_VOWELS[vowel] for vowel in dict.fromkeys(group))
            parts.append(f"[{letters}]{{{int(place == 0)},2}}")
    start = "" if groups and groups[0][0] in "aeiou" else "ا?"
    end = _ENDINGS if consonants > 1 else ""
    return rf"(?<!\S){_PROCLITICS}{start}{''.join(parts)}{end}(?!\S)"
