"""Names that no list has, in Latin letters: for a model that can copy but not spell.

A word is taken for a name if neither it nor it without its affixes is a word that is known. Its
letters are spelled by a joint n-gram model (Bisani and Ney 2008): each Arabic letter with the
Latin letters that it became, learned from aligned names. A guess: ماكينن may become Makinin.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from mt.arabic import arabic_word_matches, arabic_words, normalise

Unit = tuple[str, str]  # an Arabic letter, and what it became: ("ش", "sh"), ("ا", "")

SPELLINGS_FILE, WORDS_FILE = "spellings.tsv", "words.txt"  # in a model's folder

_ORDER = 3  # units; longer contexts spelled names held out no better
_BEAM = 12
_EDGE: Unit = ("", "")
_SHORTEST = 4  # letters of a word that may be taken for a name, and of a name after a clitic
_STEM = 3  # letters that affixes must leave
_LONG = 6  # letters after و from which on وال is "and the": واليغور, but not والتر, "Walter"
_FOREIGN = str.maketrans("یکگپڤچژ", "يكغبفجز")  # letters of Persian and of foreign names
_SAME = str.maketrans({**dict.fromkeys("أإآٱ", "ا"), "ة": "ه", "ى": "ي", "ؤ": "و", "ئ": "ي"})
_WITH_ARTICLE = re.compile("[وفبك]?ال|[وف]?لل")
_CLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "ول")
_PREFIXES = arabic_words(  # لاي: many pages have no space after لا
    "و ف ب ل ك س ال لل وال فال بال كال ولل وبال وب ول فل وس ي ت ن ا م سي ست وي وت وا لي لت في فت "
    "ون لن سن وسي وست لا ولا لاي لات ولاي ولات"
)
_SUFFIXES = arabic_words(
    "ها هم هن هما كم نا ني ه ي ك ات ان ون ين وا ا ت يه يا تا تها ته تهم تين تان يين يون يات اته "
    "اتها اتهم ونها ونه ونهم وها وه وهم"
)


def folded(word: str) -> str:
    """One spelling for what newspapers write in several ways.

    >>> folded("إلى"), folded("مدرسةٌ")
    ('الي', 'مدرسه')
    """
    return normalise(word).translate(_FOREIGN).translate(_SAME)


def stems(word: str) -> Iterator[str]:
    """A folded word as it is, and without each prefix and suffix that it may have.

    >>> {"يدفعون", "دفع"} <= set(stems("ويدفعونهم"))
    True
    """
    starts = [
        word[len(prefix) :]
        for prefix in ("", *_PREFIXES)
        if word.startswith(prefix) and len(word) - len(prefix) >= _STEM
    ]
    yield word
    for start in starts:
        yield start
        for suffix in _SUFFIXES:
            if start.endswith(suffix) and len(start) - len(suffix) >= _STEM:
                stem = start[: len(start) - len(suffix)]
                yield from (stem, stem + "ه")  # مدرسته: the ه of مدرسه became ت
                if stem.endswith(("اي", "او")):
                    yield stem[:-1] + "ء"  # رؤسائهم, of رؤساء


class Spelling:
    """The likeliest Latin spelling of an Arabic name, from names that are aligned.

    >>> spelling = Spelling([[("ح", "h"), ("س", "ss"), ("ن", "an")], [("م", "m"), ("ن", "an")]])
    >>> spelling.of("حسن")
    'hssan'
    """

    def __init__(self, names: Iterable[Sequence[Unit]]) -> None:
        self._counts: Counter[tuple[Unit, ...]] = Counter()
        self._letters: dict[str, set[str]] = defaultdict(set)
        for name in names:
            units = [_EDGE] * (_ORDER - 1) + [*name, _EDGE]
            for letter, latin in name:
                self._letters[letter].add(latin)
            for end in range(_ORDER, len(units) + 1):
                self._counts.update(tuple(units[end - n : end]) for n in range(1, _ORDER + 1))
        self._after: Counter[tuple[Unit, ...]] = Counter()  # how often a context came
        self._kinds: Counter[tuple[Unit, ...]] = Counter()  # how many units came after it
        for units_, count in self._counts.items():
            self._after[units_[:-1]] += count
            self._kinds[units_[:-1]] += 1

    def of(self, word: str) -> str:
        """The spelling in lower case; letters that no name had are left out."""
        beam: list[tuple[float, tuple[Unit, ...], str]] = [(0.0, (_EDGE,) * (_ORDER - 1), "")]
        for letter in word:
            units = [(letter, latin) for latin in sorted(self._letters.get(letter, {""}))]
            longer = [
                (score + self._log(context, unit), (*context, unit)[1:], done + unit[1])
                for score, context, done in beam
                for unit in units
            ]
            beam = sorted(longer, key=lambda found: -found[0])[:_BEAM]
        totals: dict[str, float] = defaultdict(float)
        for score, context, done in beam:
            totals[done] += math.exp(score + self._log(context, _EDGE))
        return max(totals, key=lambda done: totals[done])

    def _log(self, context: tuple[Unit, ...], unit: Unit) -> float:
        """Log-probability of a unit after others; Witten and Bell's smoothing (1991)."""
        probability = 1 / (1 + self._kinds[()])
        for n in range(_ORDER):
            known = context[len(context) - n :]
            seen, kinds = self._after[known], self._kinds[known]
            if not seen:
                break
            count = self._counts[(*known, unit)]
            probability = (count + kinds * probability) / (seen + kinds)
        return math.log(probability)


class UnknownNames:
    """Writes the names of a text that nobody listed in Latin letters.

    >>> names = UnknownNames(["قال"], [[("ر", "r"), ("ا", "a"), ("ج", "j"), ("و", "u")]])
    >>> names.write("قال راجو")
    'قال Raju'
    """

    def __init__(self, words: Iterable[str], names: Iterable[Sequence[Unit]]) -> None:
        """`words` are folded, and no names, or names that the model knows; `names` are aligned."""
        listed = list(names)
        self._words = frozenset(words)
        self._names = frozenset(folded("".join(letter for letter, _ in name)) for name in listed)
        self._spelling = Spelling(listed)
        self._written = lru_cache(maxsize=4096)(self._write)

    @classmethod
    def from_folder(cls, folder: Path) -> UnknownNames | None:
        """What a model's folder has to spell names, if it has that."""
        files = folder / WORDS_FILE, folder / SPELLINGS_FILE
        if not all(file.exists() for file in files):
            return None
        words, spellings = (file.read_text(encoding="utf-8").splitlines() for file in files)
        return cls(words, map(units_of, spellings))

    def write(self, text: str) -> str:
        """The text with those names in Latin letters."""
        parts, at = [], 0
        for match in arabic_word_matches(text):
            parts += [text[at : match.start()], self._written(match.group())]
            at = match.end()
        return "".join([*parts, text[at:]])

    def _write(self, word: str) -> str:
        """A word as it is, or spelled if it is taken for a name."""
        name = normalise(word).translate(_FOREIGN)
        if self._is_no_name(name) or any(stem in self._words for stem in stems(folded(name))):
            return word
        clitic = self._clitic(name)
        name = name[len(clitic) :]
        if name.startswith("لل"):
            clitic, name = clitic + "ل", "ا" + name[1:]
        has_article = name.startswith("ال") and len(name) - 2 >= _STEM
        spelled = self._spelling.of(name.removeprefix("ال") if has_article else name)
        if not spelled:  # none of its letters is known
            return word
        written = ("al-" if has_article else "") + spelled.capitalize()
        return " ".join([*clitic, written])

    def _is_no_name(self, name: str) -> bool:
        """Whether a word is too short to tell, or a plural with its article (العاثيات)."""
        if len(name) < _SHORTEST or (name.startswith(("ال", "لل")) and len(name) - 2 < _STEM):
            return True
        article = _WITH_ARTICLE.match(name)
        return bool(article and name.endswith("ات") and not self._is_listed(name[article.end() :]))

    def _is_listed(self, name: str) -> bool:
        return folded(name) in self._names or folded(name.removeprefix("ال")) in self._names

    def _clitic(self, name: str) -> str:
        """What stands before a name: ويلسون is not و and يلسون, but وحلب is و and حلب."""
        if self._is_listed(name):
            return ""
        return next((clitic for clitic in _CLITICS if self._is_after(clitic, name)), "")

    def _is_after(self, clitic: str, word: str) -> bool:
        rest = word.removeprefix(clitic)
        and_the = clitic == "و" and rest.startswith(("ال", "لل")) and len(rest) >= _LONG
        is_shorter = rest != word and len(rest) >= _SHORTEST
        return is_shorter and (and_the or self._is_listed(rest))


def units_of(line: str) -> list[Unit]:
    """The units of a line `راجو TAB r|a|j|u`, a part for each letter.

    >>> units_of("حسن\\th|as|an")
    [('ح', 'h'), ('س', 'as'), ('ن', 'an')]
    """
    arabic, _, latin = line.partition("\t")
    return list(zip(arabic, latin.split("|"), strict=True))
