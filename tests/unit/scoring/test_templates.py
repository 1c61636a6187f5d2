"""What is kept of a model to answer by it goes with the model."""

from __future__ import annotations

import gc

from scoring.rpc import templates
from scoring.rpc.templates import template_of
from tests.golden.write_scores import model


def test_a_template_is_made_once_and_goes_with_its_model() -> None:
    served, other = model(), model()
    before = len(templates._TEMPLATES)

    assert template_of(served) is template_of(served) is not template_of(other)
    del served
    gc.collect()

    assert len(templates._TEMPLATES) == before + 1
