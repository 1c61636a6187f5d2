"""What training found out about a version, as far as a promotion depends on it: the gates and figures of
``report.json``.

Training measures, the registry obeys: a version without a report, or whose report names no gate, is not let through
either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from scoring.errors import ArtefactMalformed
from scoring.model.profit import AtRisk, assumptions_of

if TYPE_CHECKING:
    from scoring.model.artefact import Artefact

_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a promotion, as training measured it."""

    name: str
    passed: bool
    detail: str


def read_report(report: bytes) -> Mapping[str, Any]:
    """Read ``report.json``; an absent one is an empty report.

    Raises
    ------
    ArtefactMalformed
        If it is not a JSON object.
    """
    try:
        document = json.loads(report) if report else {}
    except (ValueError, RecursionError) as error:
        raise ArtefactMalformed(_FILE, f"cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise ArtefactMalformed(_FILE, "is not an object")
    return document


def gates(report: Mapping[str, Any]) -> list[Gate]:
    """List the gates of a report.

    Raises
    ------
    ArtefactMalformed
        If a gate is not an object with ``name``, ``passed`` and, if it likes, ``detail``.

    Examples
    --------
    >>> gates({"gates": [{"name": "leaks", "passed": False, "detail": "score_code: AUC .99"}]})
    [Gate(name='leaks', passed=False, detail='score_code: AUC .99')]
    """
    listed = report.get("gates", [])
    if not isinstance(listed, list):
        raise ArtefactMalformed(_FILE, "gates: is not a list")
    return [_gate(place, gate) for place, gate in enumerate(listed)]


def _gate(place: int, gate: Any) -> Gate:
    if not isinstance(gate, dict) or not isinstance(gate.get("passed"), bool) or not isinstance(gate.get("name"), str):
        raise ArtefactMalformed(_FILE, f"gates[{place}]: needs a name and whether it passed, true or false")
    return Gate(gate["name"], gate["passed"], str(gate.get("detail", "")))


def grouped(listed: Iterable[Gate]) -> Iterator[tuple[Gate, ...]]:
    """Put neighbours together that say the same: what needs a champion, where there is none, is one line and not five.

    Examples
    --------
    >>> listed = [Gate("leaks", True, "none"), Gate("roc_auc", True, "no champion"), Gate("lift", True, "no champion")]
    >>> [[gate.name for gate in group] for group in grouped(listed)]
    [['leaks'], ['roc_auc', 'lift']]
    """
    for _, group in groupby(listed, key=lambda gate: (gate.passed, gate.detail)):
        yield tuple(group)


def headline(report: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return what a version was judged by and its figures: ``test``, the last block of time, or ``cv``, or nothing.

    Examples
    --------
    >>> headline({"cv": {"roc_auc": 0.8}}), headline({})
    (('cv', {'roc_auc': 0.8}), ('', {}))
    """
    return next(((block, report[block]) for block in ("test", "cv") if isinstance(report.get(block), dict)), ("", {}))


def at_risk(loaded: Artefact) -> AtRisk:
    """Return from which risk on customers are at risk by a version, with the assumptions that its report tells."""
    return AtRisk(loaded.thresholds.at_risk, assumptions_of(read_report(loaded.report)))


def failed_gates(report: Mapping[str, Any]) -> list[str]:
    """Say what speaks against a promotion; empty if nothing does.

    Examples
    --------
    >>> failed_gates({"gates": [{"name": "leaks", "passed": True}]}), failed_gates({})
    ([], ['the report names no gates'])
    """
    listed = gates(report)
    if not listed:
        return ["the report names no gates"]
    return [f"{gate.name}: {gate.detail}" if gate.detail else gate.name for gate in listed if not gate.passed]


def figures(report: Mapping[str, Any]) -> dict[str, float]:
    """Flatten a report's measures, e.g. ``test.roc_auc``: those of ``cv`` and ``test`` that are numbers.

    Examples
    --------
    >>> figures({"test": {"roc_auc": 0.84, "note": "x"}, "cv": {"brier": 0.13}})
    {'cv.brier': 0.13, 'test.roc_auc': 0.84}
    """
    return {
        f"{block}.{name}": float(value)
        for block in ("cv", "test")
        if isinstance(report.get(block), dict)
        for name, value in report[block].items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
