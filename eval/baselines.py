"""What a system has to beat: the source as it is, simple extracts, the best possible extract."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics import Metric, load_metric
from summarize.extractive import extract, sentences_of
from summarize.length import Length

_THREE = Length(sentences=3)


def copy(sources: Sequence[str]) -> list[str]:
    """The sources untranslated: what a system gets for names and numbers alone."""
    return list(sources)


def extracts(articles: Sequence[str], method: str) -> list[str]:
    """Three sentences of each article by a method of `summarize.extractive`."""
    return [
        " ".join(sentence.text for sentence in extract(article, method=method, length=_THREE))
        for article in articles
    ]


def oracle(articles: Sequence[str], references: Sequence[str], *, language: str) -> list[str]:
    """The extract nearest to the reference, which no system sees: the bound of extraction.

    Greedy, as Nallapati et al. (2017, SummaRuNNer): the sentence that adds most to the sum of
    ROUGE-1 and ROUGE-2, at most three.
    """
    metrics = [load_metric(key, language=language) for key in ("rouge1", "rouge2")]
    return [_best_extract(*pair, metrics) for pair in zip(articles, references, strict=True)]


def _best_extract(article: str, reference: str, metrics: Sequence[Metric]) -> str:
    sentences = sentences_of(article)

    def gain(chosen: set[int]) -> float:
        text = " ".join(sentences[i].text for i in sorted(chosen))
        return sum(float(metric.rows([text], [[reference]])[0, 0]) for metric in metrics)

    chosen: set[int] = set()
    best = 0.0
    for _ in range(min(3, len(sentences))):
        value, i = max((gain(chosen | {i}), -i) for i in range(len(sentences)))
        if value <= best:
            break
        best = value
        chosen.add(-i)
    return " ".join(sentences[i].text for i in sorted(chosen))
