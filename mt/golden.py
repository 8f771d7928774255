"""A self-test for models: golden texts that any sane model gets roughly right.

Right weights have given gibberish more than once (transformers#26216, #45005: the tied weights of
Marian), and nothing but looking at the output shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mt.backends import Backend, NotConvertible, Task, load_backend
from mt.backends.folder import ModelFolder
from mt.models import find_model, prompt_for
from mt.sources import LocalModel

# Arabic sentences, each with words of which every fair translation has some.
SENTENCES = (
    ("القاهرة هي عاصمة مصر.", ("cairo", "capital", "egypt")),
    ("وصل الرئيس إلى باريس يوم الاثنين.", ("president", "paris", "monday")),
    ("ارتفعت أسعار النفط في الأسواق العالمية.", ("oil", "prices", "world", "global", "markets")),
    ("قتل ثلاثة أشخاص في انفجار في بغداد.", ("three", "killed", "explosion", "baghdad")),
)
ARTICLE = (
    "The city council of Alexandria approved a new tram line on Tuesday. The line will run for "
    "twelve kilometres along the coast and will open in 2028. Officials said that it would carry "
    "forty thousand passengers a day. Residents of two districts have protested against the plan "
    "because it would cut down old trees. The council promised to plant new ones."
)
_ARTICLE_WORDS = ("alexandria", "council", "tram", "line", "coast", "passengers", "trees")
# Broken models find none of the words; the bundled one, the roughest, finds most.
_ENOUGH_WORDS = 0.25
_ALIKE = 0.5  # the same model in two engines, one of them with eight-bit weights


@dataclass(frozen=True)
class Finding:
    """What one backend made of the golden texts."""

    backend: str
    outputs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    skipped: str = ""  # why this backend cannot run the model


def check(local: LocalModel) -> Iterator[Finding]:
    """A finding for each backend that could run the model, as soon as it is known."""
    task = _task(local.name)
    sources = [text for text, _ in SENTENCES] if task.name == "translate" else [ARTICLE]
    first: Finding | None = None
    for kind in _kinds(ModelFolder.read(local.folder)):
        try:
            backend = load_backend(local.folder, task, identity=local.identity, kind=kind)
        except NotConvertible as error:
            yield Finding(kind, skipped=str(error))
            continue
        outputs = _outputs(backend, sources)
        del backend  # two copies of a large model may not fit into memory
        problems = find_problems(outputs, task.name)
        if first is not None and not _alike(outputs, first.outputs):
            problems = (*problems, f"says something else than {first.backend}")
        found = Finding(kind, tuple(outputs), problems)
        first = first or found
        yield found


def find_problems(outputs: Sequence[str], task: str) -> tuple[str, ...]:
    """What is wrong with the outputs for the golden texts of "translate" or "summarize".

    >>> find_problems(["the the the the the the the the the"], "summarize")
    ('repeats itself', 'has none of the words to be expected')
    """
    problems = []
    if not all(output.strip() for output in outputs):
        problems.append("empty")
    text = " ".join(outputs)
    letters = [c for c in text if c.isalpha()]
    if letters and sum(c.isascii() for c in letters) < 0.9 * len(letters):
        problems.append("not English")
    if any(_repeats(output) for output in outputs):
        problems.append("repeats itself")
    if (share := _expected_share(outputs, task)) < _ENOUGH_WORDS:
        problems.append(f"has {'too few' if share else 'none'} of the words to be expected")
    return tuple(problems)


def _task(name: str) -> Task:
    model = find_model(name)
    task = model.task if model else "translate"
    source = "ar" if task == "translate" else "en"
    return Task(task, source, "en", prompt_for(name, task))


def _kinds(folder: ModelFolder) -> list[str]:
    if folder.is_converted:
        return ["ctranslate2"]
    return ["seq2seq" if folder.is_encoder_decoder else "causal", "ctranslate2"]


def _outputs(backend: Backend, sources: Sequence[str]) -> list[str]:
    return [found.text for found in backend.generate(sources, backend.defaults)]


def _expected_share(outputs: Sequence[str], task: str) -> float:
    """The share of the golden texts' words that the outputs have."""
    wanted = [words for _, words in SENTENCES] if task == "translate" else [_ARTICLE_WORDS]
    pairs = list(zip(map(_words, outputs), wanted, strict=True))
    found = sum(word in set(words) for words, expected in pairs for word in expected)
    return found / sum(len(expected) for _, expected in pairs)


def _repeats(text: str) -> bool:
    """Whether three words come in the same order four times."""
    words = _words(text)
    threes = Counter(zip(words, words[1:], words[2:], strict=False))
    return max(threes.values(), default=0) >= 4


def _alike(outputs: Sequence[str], others: Sequence[str]) -> bool:
    words, other_words = _words(" ".join(outputs)), _words(" ".join(others))
    return SequenceMatcher(None, words, other_words, autojunk=False).ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
