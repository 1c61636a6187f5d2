"""All targets by name, and which share of the inputs each gets: the slower, the smaller."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.fuzzing.account import Target
from tests.fuzzing.calls import CallsOfBytes, CallsOfMessages
from tests.fuzzing.keepers import keepers
from tests.fuzzing.parsers import parsers

CALLS = (CallsOfBytes.name, CallsOfMessages.name)
SHARES: Mapping[str, float] = {
    CallsOfBytes.name: 0.8,
    CallsOfMessages.name: 0.2,
    "names, tokens, etags": 0.05,
    "filters": 0.03,
    "tokens": 0.03,
    "headers of tokens": 0.03,
    "key sets": 0.03,
    "schemas": 0.03,
    "reports": 0.03,
    "journals": 0.03,
    "store URLs": 0.03,
    "addresses outside": 0.03,
    "events of the log": 0.03,
    "rule sets": 0.01,
    "tests of rules": 0.01,
    "definitions": 0.01,
    "claims, signed": 0.005,
    "health profiles": 0.001,
    "principals": 0.001,
    "leads (CSV)": 0.001,
    "reps (CSV)": 0.001,
    "territories (CSV)": 0.001,
    "customers (CSV)": 0.001,
    "events (CSV)": 0.001,
    "model versions": 0.001,
}
"""Calls make a whole; parsers, which calls reach too, come on top."""


def target(name: str, folder: Path) -> Target:
    """Make a target; ``folder`` is an empty one that it may write to."""
    calls = {kind.name: kind for kind in (CallsOfBytes, CallsOfMessages)}
    if name in calls:
        return calls[name](folder)
    return {parser.name: parser for parser in (*parsers(folder), *keepers(folder))}[name]
