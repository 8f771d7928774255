"""One search for outputs in PyTorch, made to find what CTranslate2 finds with the same weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    LogitNormalization,
    LogitsProcessor,
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from mt.backends import DecodingOptions
from mt.backends.pytorch import quiet
from mt.errors import OutOfMemory


def search(
    model: Any,
    inputs: dict[str, torch.Tensor],
    options: DecodingOptions,
    *,
    prompt: int,
    forced_bos: int | None = None,
    longest: int,
    suppressed: Sequence[int] = (),
    end_ids: Sequence[int],
) -> list[tuple[list[int], float, bool]]:
    """For each input the ids produced, their mean log-probability, and whether they ended.

    Searches as CTranslate2 does, so that both give the same words: probabilities are made to sum
    to one again after tokens were banned, a beam search stops when `beam_size` hypotheses are
    complete, after a forced token only the best beam may end at once, and only what the model
    itself wrote counts as repeated, not its prompt.

    Args:
        prompt: tokens at the head of each output that the model did not produce.
        longest: an output never gets longer than this, whatever the options say.
    """
    forced = 0 if forced_bos is None else 1
    steps = min(options.max_new_tokens + forced, longest)
    scores = _Scores(options.beam_size)
    processors = [*_history(options, prompt), LogitNormalization()]
    if forced and options.beam_size > 1:
        processors.append(_NoEmptyOutput(prompt + forced, end_ids))
    settings: Any = GenerationConfig  # untyped
    config = settings(
        num_beams=options.beam_size,
        length_penalty=options.length_penalty if options.beam_size > 1 else 1.0,
        early_stopping=options.beam_size > 1,
        max_new_tokens=steps,
        min_new_tokens=min(options.min_new_tokens + forced, steps),
        do_sample=False,
        forced_bos_token_id=forced_bos,
        suppress_tokens=list(suppressed) or None,
        eos_token_id=list(end_ids),
        pad_token_id=model.generation_config.pad_token_id or end_ids[0],
        return_dict_in_generate=True,
    )
    with quiet(), _our_errors(), torch.inference_mode():
        found = model.generate(
            **inputs,
            generation_config=config,
            logits_processor=LogitsProcessorList([*processors, scores]),
        )
    beams = getattr(found, "beam_indices", None)
    outputs = []
    for row, ids in enumerate(found.sequences[:, prompt:].tolist()):
        own = _up_to_end(ids, set(end_ids))
        path = [row] * len(own) if beams is None else beams[row].tolist()
        total = scores.of(own, path)
        ended = bool(own) and own[-1] in end_ids
        body = own[forced:-1] if ended else own[forced:]
        outputs.append((body, total / max(1, len(own) - forced), ended))
    return outputs


class _Scores(LogitsProcessor):
    """Remembers the log-probability of each token that the search may choose.

    transformers could return them, but only by keeping the whole vocabulary for every step:
    gigabytes for a batch of NLLB. Twice the beam is all that a search step looks at.
    """

    def __init__(self, beam_size: int) -> None:
        self._kept = 2 * beam_size
        self._steps: list[list[dict[int, float]]] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        best = scores.float().topk(min(self._kept, scores.shape[-1]))
        rows = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        self._steps.append([dict(zip(ids, values, strict=True)) for ids, values in rows])
        return scores

    def of(self, ids: Sequence[int], path: Sequence[int]) -> float:
        """The sum over an output, whose token at each step was written by the row in `path`."""
        steps = zip(ids, path, self._steps, strict=False)
        return sum(step[row].get(token, 0.0) for token, row, step in steps)


class _NoEmptyOutput(LogitsProcessor):
    """At the first free token, lets an output end only where that is the likeliest of all.

    Else empty hypotheses fill the beam and stop the search (OpenNMT/CTranslate2#277).
    """

    def __init__(self, first: int, end_ids: Sequence[int]) -> None:
        self._first = first
        self._ends = list(end_ids)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if input_ids.shape[1] != self._first:
            return scores
        best = scores.max(-1, keepdim=True).values
        ends = scores[:, self._ends]
        scores = scores.clone()
        scores[:, self._ends] = ends.masked_fill(ends < best, -torch.inf)
        return scores


class _Written(LogitsProcessor):
    """Shows another processor only what the model wrote, not the prompt.

    Else a name or a number of the source could not be repeated in its translation.
    """

    def __init__(self, inner: LogitsProcessor, prompt: int) -> None:
        self._inner = inner
        self._prompt = prompt

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        written = input_ids[:, self._prompt :]
        return self._inner(written, scores) if written.shape[1] else scores


def _history(options: DecodingOptions, prompt: int) -> Iterator[LogitsProcessor]:
    if options.repetition_penalty != 1:
        yield _Written(RepetitionPenaltyLogitsProcessor(options.repetition_penalty), prompt)
    if options.no_repeat_ngram_size:
        yield _Written(NoRepeatNGramLogitsProcessor(options.no_repeat_ngram_size), prompt)


def _up_to_end(ids: list[int], ends: set[int]) -> list[int]:
    for position, token in enumerate(ids):
        if token in ends:
            return ids[: position + 1]
    return ids


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemory("a batch did not fit into memory; use smaller ones") from error
    except RuntimeError as error:
        if "out of memory" in str(error) or "can't allocate memory" in str(error):
            raise OutOfMemory("a batch did not fit into memory; use smaller ones") from error
        raise
