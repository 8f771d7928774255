"""Articles and runs made up for the tests of boards, gates and reports."""

from __future__ import annotations

from collections.abc import Sequence

from eval.articles import ArticleSet, EvalArticle, EvalSegment, Name
from eval.decoding import flags_of
from eval.runner import Output, Run
from eval.systems import System

TEXTS = [
    ("وصل الوزير إلى دمشق يوم الاثنين.", "The minister arrived in Damascus on Monday."),
    ("قُتل خمسة أشخاص في الهجوم على السوق.", "Five people were killed in the market attack."),
    ("ارتفعت أسعار المياه في المدينة القديمة.", "Water prices rose in the old city."),
    ("قال المتحدث إن المحادثات ستستمر.", "The spokesman said the talks would continue."),
]


def articles(count: int = 6) -> ArticleSet:
    """So many articles of four segments each, all different."""
    return ArticleSet("made up", tuple(_article(i) for i in range(count)))


def _article(i: int) -> EvalArticle:
    segments = tuple(
        EvalSegment(f"{source} {i + 10}", f"{reference} {i + 10}", paragraph)
        for paragraph, (source, reference) in enumerate(TEXTS)
    )
    return EvalArticle(
        f"article-{i}",
        segments,
        summary_en=f"A minister came to Damascus as water prices rose. {i}",
        summary_ar=f"زار وزير دمشق وسط ارتفاع أسعار المياه. {i}",
        names=(Name("دمشق", ("Damascus",)),),
        numbers=(str(i + 10),),
    )


def translation(name: str, texts: Sequence[str], of: ArticleSet, **options: int) -> Run:
    """A run of a translator that wrote these texts."""
    sources = [segment.source for segment in of.segments]
    outputs = tuple(
        Output(text, flags_of("translate", source, text))
        for source, text in zip(sources, texts, strict=True)
    )
    system = System(name, "made-up", "translate", **options)
    return Run(system, "weights-1", outputs, 1.0, 2.0, 300 << 20, 500)


def references(of: ArticleSet) -> list[str]:
    """The translation of every segment."""
    return [segment.reference for segment in of.segments]


def worse(texts: Sequence[str], every: int = 1) -> list[str]:
    """The texts with the first and last words of every so-manieth exchanged."""
    return [
        " ".join([*text.split()[-2:], *text.split()[2:-2], *text.split()[:2]])
        if i % every == 0
        else text
        for i, text in enumerate(texts)
    ]
