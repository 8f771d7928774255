"""BLEU, chrF, TER and ROUGE, each with the signature that makes it repeatable.

sacreBLEU and rouge-score do the counting. A metric gives one row of counts a segment; rows add
up, and a score is a function of a sum of rows. That is all that the bootstrap needs (see
`eval.significance`): no text is looked at twice. Imports no model and no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

import numpy as np
import sentencex  # type: ignore[import-untyped]
from numpy.typing import NDArray
from sacrebleu.metrics.base import Metric as SacreBLEU
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from eval import tokenizer
from mt.errors import InputError

Rows = NDArray[np.float64]  # segments × counts
Row = NDArray[np.float64]

# 13a leaves ، ؟ ؛ on the words they touch; intl splits off every punctuation mark of Unicode.
_BLEU_TOKENIZERS = {"ar": "intl"}


@dataclass(frozen=True)
class Score:
    """One number, and how it was made. `str()` is sacreBLEU's one-line form."""

    name: str
    value: float  # 0–100 whatever the metric; TER may pass 100
    signature: str

    def __str__(self) -> str:
        return f"{self.name}|{self.signature} = {self.value:.1f}"


class Measure(Protocol):
    """A score of a sum of counts."""

    @property
    def key(self) -> str:
        """As the user types it: "rougeL"."""
        ...

    @property
    def name(self) -> str:
        """As a table shows it: "ROUGE-L"."""
        ...

    @property
    def lower_is_better(self) -> bool:
        """Whether a drop is a gain."""
        ...

    def value(self, counts: Row) -> float:
        """The corpus score, 0–100, of a sum of rows."""
        ...

    def segment_value(self, row: Row) -> float:
        """The score, 0–100, of one segment from its row."""
        ...

    def signature(self, references: int, *, samples: int = 0, seed: int = 0) -> str:
        """What the score depends on, as sacreBLEU writes it."""
        ...


class Metric(Measure, Protocol):
    """A measure that compares hypotheses with references."""

    def rows(self, hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Rows:
        """One row of counts a segment; `references` is one sequence a translator."""
        ...


class SacreBLEUMetric:
    """A metric of sacreBLEU."""

    def __init__(self, key: str, name: str, metric: SacreBLEU, segment: SacreBLEU | None = None):
        self.key = key
        self.name = name
        self.lower_is_better = key == "ter"
        self._metric = metric
        self._segment = segment or metric

    def rows(self, hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Rows:
        """One row of counts a segment; `references` is one sequence a translator."""
        counts = self._metric._extract_corpus_statistics(hypotheses, references)
        return np.array(counts, dtype=np.float64)

    def value(self, counts: Row) -> float:
        """The corpus score, 0–100, of a sum of rows."""
        return float(self._metric._compute_score_from_stats(counts.tolist()).score)

    def segment_value(self, row: Row) -> float:
        """The score, 0–100, of one segment; BLEU with effective order, as sacreBLEU advises."""
        return float(self._segment._compute_score_from_stats(row.tolist()).score)

    def signature(self, references: int, *, samples: int = 0, seed: int = 0) -> str:
        """sacreBLEU's own signature."""
        settings = {**vars(self._metric), "num_refs": references}
        if samples:
            settings |= {"n_bootstrap": samples, "seed": seed}
        return str(self._metric._SIGNATURE_TYPE(settings))


class RougeMetric:
    """The mean F1 of ROUGE (Lin 2004) over segments; with several references the best counts."""

    lower_is_better = False

    def __init__(self, variant: str, language: str):
        # Here, as nltk behind it takes 0.2 s to import.
        from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]

        self.key = f"rouge{variant}"
        self.name = f"ROUGE-{variant}"
        self._language = language
        self._scorer = RougeScorer([self.key], tokenizer=tokenizer.WordTokenizer())

    def rows(self, hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Rows:
        """F1 × 100 and 1 for each segment; `references` is one sequence a translator."""
        if self.key == "rougeLsum":
            hypotheses = self._sentences(hypotheses)
            references = [self._sentences(stream) for stream in references]
        scores = [
            self._scorer.score_multi(targets, hypothesis)[self.key].fmeasure
            for hypothesis, *targets in zip(hypotheses, *references, strict=True)
        ]
        return np.array([(100 * score, 1.0) for score in scores], dtype=np.float64)

    def _sentences(self, texts: Iterable[str]) -> list[str]:
        """The texts with one sentence a line, which is how rouge-score wants them for Lsum."""
        return [
            "\n".join(
                sentence.strip()
                for line in text.split("\n")
                for sentence in sentencex.segment(self._language, line)
            )
            for text in texts
        ]

    def value(self, counts: Row) -> float:
        """The mean, 0–100."""
        return float(counts[0] / counts[1])

    def segment_value(self, row: Row) -> float:
        """The F1, 0–100, of one segment."""
        return float(row[0])

    def signature(self, references: int, *, samples: int = 0, seed: int = 0) -> str:
        """What the score depends on, in sacreBLEU's form."""
        parts = [f"nrefs:{references}"]
        if samples:
            parts += [f"bs:{samples}", f"seed:{seed}"]
        parts.append(tokenizer.SIGNATURE)
        if self.key == "rougeLsum":
            parts.append(f"split:sentencex-{version('sentencex')}-{self._language}")
        return "|".join([*parts, "avg:f1", f"version:rouge-score-{version('rouge-score')}"])


METRICS = ("bleu", "chrf", "chrf++", "ter", "rouge1", "rouge2", "rougeL", "rougeLsum")


def load_metric(key: str, *, language: str = "en") -> Metric:
    """The metric of that name for hypotheses in that language (ISO 639-1).

    Raises:
        InputError: there is no such metric.
    """
    match key:
        case "bleu":
            tokens = _BLEU_TOKENIZERS.get(language, "13a")
            segment = BLEU(tokenize=tokens, effective_order=True)
            return SacreBLEUMetric(key, "BLEU", BLEU(tokenize=tokens, force=True), segment)
        case "chrf":
            return SacreBLEUMetric(key, "chrF2", CHRF())
        case "chrf++":
            return SacreBLEUMetric(key, "chrF2++", CHRF(word_order=2))
        case "ter":
            return SacreBLEUMetric(key, "TER", TER())
        case "rouge1" | "rouge2" | "rougeL" | "rougeLsum":
            return RougeMetric(key.removeprefix("rouge"), language)
    raise InputError(f"no metric {key!r}; choose from {', '.join(METRICS)}")


def check_alignment(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    """Say where hypotheses and references stop being parallel, if they do.

    Raises:
        InputError: there are none, or not as many of one as of the other.
    """
    if not hypotheses:
        raise InputError("no hypotheses to score; give at least one line")
    if not references:
        raise InputError("no references; give at least one")
    for number, stream in enumerate(references, start=1):
        if len(stream) != len(hypotheses):
            first = min(len(stream), len(hypotheses)) + 1
            raise InputError(
                f"{len(hypotheses)} hypotheses but {len(stream)} lines in reference {number}: "
                f"line {first} has no partner; both need one segment a line"
            )


def score(
    key: str,
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    language: str = "en",
) -> Score:
    """The score of a corpus by the metric of that name (one of METRICS).

    Args:
        hypotheses: one text a segment.
        references: one sequence a translator, each as long as `hypotheses`.
        language: of the hypotheses (ISO 639-1); it chooses the tokenizer.

    Raises:
        InputError: no such metric, nothing to score, or texts that are not aligned.
    """
    metric = load_metric(key, language=language)
    check_alignment(hypotheses, references)
    counts = metric.rows(hypotheses, references).sum(axis=0)
    return Score(metric.name, metric.value(counts), metric.signature(len(references)))


def bleu(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, language: str = "en"
) -> Score:
    """BLEU (Papineni et al. 2002) as sacreBLEU counts it; the tokenizer is 13a, for Arabic intl.

    A corpus without a single four-word match order scores 0, as in sacreBLEU.

    >>> bleu(["The cat sat on the mat."], [["The cat sat on a mat."]]).value.__round__(1)
    48.9
    """
    return score("bleu", hypotheses, references, language=language)


def chrf(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Score:
    """chrF2 (Popović 2015): F2 of character 1- to 6-grams; needs no tokenizer."""
    return score("chrf", hypotheses, references)


def chrf_plus(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Score:
    """chrF2++ (Popović 2017): chrF with words and word pairs."""
    return score("chrf++", hypotheses, references)


def ter(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Score:
    """Translation edit rate (Snover et al. 2006): edits in 100 reference words; low is good."""
    return score("ter", hypotheses, references)


def rouge(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    variant: str = "L",
    *,
    language: str = "en",
) -> Score:
    """ROUGE-1, -2, -L or -Lsum (Lin 2004), F1, right for Arabic too.

    ROUGE-L takes a text as one sentence, ROUGE-Lsum as a list of sentences (one a line, and
    found by sentencex in a line); papers often print the second under the name of the first.

    >>> rouge(["قال الوزير نعم"], [["قَالَ الوزير: نعم"]]).value
    100.0
    """
    return score(f"rouge{variant}", hypotheses, references, language=language)
