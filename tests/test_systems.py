"""A system is one line: a name, a model, and options that are known."""

from __future__ import annotations

import pytest

from eval.systems import System, parse_system
from mt.errors import InputError


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("a=opus", System("a", "opus", "translate")),
        ("a=./my/model", System("a", "./my/model", "translate")),
        ("b=bart-cnn", System("b", "bart-cnn", "summarize")),
        ("c=opus+bart-cnn", System("c", "opus+bart-cnn", "digest")),
        ("d=facebook/x,task=summarize", System("d", "facebook/x", "summarize")),
        ("e=opus,beam_size=1,device=cpu", System("e", "opus", beam_size=1, device="cpu")),
        (
            "f=extractive,method=lexrank,language=ar",
            System("f", "extractive", "summarize", language="ar", method="lexrank"),
        ),
        ("h=out+new/model,task=translate", System("h", "out+new/model")),
        ("g=pypi:pkg==1.2#a/b.gguf", System("g", "pypi:pkg==1.2#a/b.gguf")),
    ],
)
def test_systems(text: str, system: System) -> None:
    assert parse_system(text) == system


def test_options_are_what_is_not_at_its_default() -> None:
    assert parse_system("e=opus,beam_size=2,quantization=int8").options == {
        "beam_size": 2,
        "quantization": "int8",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("opus", "'opus' is no system; write NAME=MODEL"),
        ("=opus", "is no system"),
        ("a=", "is no system"),
        ("a=opus,beams=4", "'beams=4' in 'a=opus,beams=4' is no option; known: task, language"),
        ("a=opus,beam_size", "is no option"),
        ("a=opus,beam_size=many", "beam_size is a whole number from 1, not 'many'"),
        ("a=opus,beam_size=0", "beam_size is a whole number from 1, not '0'"),
        ("a=opus,task=sing", "no task 'sing'; choose from translate, summarize, digest"),
        ("a=extractive,language=fr", "summaries are in ar or en, not 'fr'"),
        ("a=opus,task=digest", "a digest takes two models"),
    ],
)
def test_what_is_wrong_with_a_system_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_system(text)
    assert message in str(error.value)
