"""Every backend gives one hypothesis for each source, in order, and the same one as the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny_models import PAIRS

from mt.backends import load_backend


@pytest.mark.parametrize("kind", ["causal", "ctranslate2"])
def test_a_llama_translates_what_it_knows(llama, kind):
    backend = load_backend(llama, kind=kind)
    outputs = backend.generate(list(PAIRS), replace(backend.defaults, beam_size=1))
    assert [output.text for output in outputs] == list(PAIRS.values())
