"""Why a work item was not moved: the service's reasons in the words of the language that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from google.rpc import code_pb2

from fairlead.v1 import routing_pb2 as routing
from router.cli.labels import label
from router.cli.words import called, last
from router.wording.languages import Language

_OF_REP = re.compile(r"(tenants/[^/]+/reps/[^/:]+): (.*)", re.DOTALL)
_RECUSED = "CONFLICT: recused by "
_KNOWN = {"is inactive": "is inactive", "is at capacity": "is at capacity"}


def why_told(result: routing.ReassignResult, reps: Mapping[str, str], language: Language) -> str:
    """Say why a work item was refused, or stays; empty: it was moved, or is offered.

    Parameters
    ----------
    reps
        How to call each, by resource name.
    """
    if not result.HasField("error"):
        return "" if result.rep or result.offered else label("nobody else", language)
    if result.error.code == code_pb2.ABORTED:
        key = "changed since found" if result.former_owner else "changed since found, nobody's"
        return label(key, language, owner=called(result.former_owner, reps))
    named = _OF_REP.fullmatch(result.error.message)
    if not named:
        return str(result.error.message)
    rep, why = called(named[1], reps), named[2]
    if why.startswith(_RECUSED):
        return label("is recused", language, rep=rep, fields=why.removeprefix(_RECUSED), code="CONFLICT")
    return label(_KNOWN[why], language, rep=rep) if why in _KNOWN else f"{rep}: {why}"


def refusal_told(result: routing.ReassignResult, reps: Mapping[str, str], language: Language) -> str:
    """Say which work item was refused, and why."""
    return label("refused because", language, item=last(result.work_item), why=why_told(result, reps, language))
