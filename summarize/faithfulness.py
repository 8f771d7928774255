"""What a summary says that its source does not: numbers, dates and names without support.

The source may be Arabic and the summary English, or both one language. Sees what is stated, not
who did what to whom: a name or number of the source in the wrong place is not noticed. Names are
known by their capitals, so an Arabic summary is checked for numbers, dates and Latin words only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mt.quantities import missing
from summarize import dates
from summarize.names import is_in, names


class SummaryFlag(StrEnum):
    """What is probably wrong with a summary."""

    EMPTY = "empty"  # nothing, although the source has text
    NUMBERS = "numbers"  # a number that the source does not have
    DATES = "dates"  # a month or weekday that the source does not have
    NAMES = "names"  # a name that the source does not have
    COPIED = "copied"  # the model repeated the source instead of summarizing it
    REPETITION = "repetition"  # the same words again and again
    TOO_LONG = "too-long"  # longer than asked: not even one sentence is short enough


@dataclass(frozen=True)
class Unsupported:
    """What a summary states and its source does not, in the words of the summary."""

    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()  # months and weekdays, by their English names
    names: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[SummaryFlag, ...]:
        """One flag for each kind of which there is something."""
        kinds = (
            (SummaryFlag.NUMBERS, self.numbers),
            (SummaryFlag.DATES, self.dates),
            (SummaryFlag.NAMES, self.names),
        )
        return tuple(flag for flag, found in kinds if found)


def unsupported(source: str, summary: str) -> Unsupported:
    """The numbers, dates and names of a summary that cannot be found in its source.

    >>> source = "قال ردفان القباطي في تعز يوم الخميس إن ٦١ أسيرا أفرج عنهم."
    >>> unsupported(source, "Radfan al-Qubati said in Taiz on Thursday that 61 were freed.")
    Unsupported(numbers=(), dates=(), names=())
    >>> unsupported(source, "Marwan al-Qubati said in Aden on Friday that 16 were freed.")
    Unsupported(numbers=('16',), dates=('friday',), names=('Marwan', 'Aden'))
    """
    strange = dates.stated(summary) - dates.mentioned(source)
    return Unsupported(
        numbers=tuple(dict.fromkeys(missing(summary, source))),
        dates=tuple(sorted(strange)),
        names=tuple(dict.fromkeys(name for name in names(summary) if not is_in(name, source))),
    )
