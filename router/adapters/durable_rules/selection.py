"""Which rule engine serves: the setting, and what it means on this machine."""

from __future__ import annotations

import functools
import importlib.util
import logging
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.ruleset import RuleSet

VARIABLE = "FAIRLEAD_RULE_ENGINE"
Choice = Literal["auto", "durable", "index"]
"""``auto`` is durable where durable-rules is installed, else index; ``durable`` insists that it is installed."""

MAX_DURABLE_RULES = 200
"""Rules that durable-rules is given at most; larger sets are the index's, which gives the same answers. A match costs
durable 6 µs with 100 rules, 11 with 200 and 51 with 1,000, the index 1, 1 and 2; and the event loop waits while
durable is built, 0.05 to 0.2 ms a rule (``python -m benchmarks.rules``)."""

_log = logging.getLogger(__name__)


class EngineUnavailable(RuntimeError):
    """The engine that was asked for cannot be had on this machine."""


def choice_from(environ: Mapping[str, str]) -> Choice:
    """Read the setting.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    value = environ.get(VARIABLE, "auto").strip() or "auto"
    for choice in get_args(Choice):
        if value == choice:
            return value  # type: ignore[return-value]  # it is one of them
    raise ValueError(f"{VARIABLE} is {value!r}; allowed are {', '.join(get_args(Choice))}")


def resolve(choice: Choice) -> Literal["durable", "index"]:
    """Say which engine a choice means here; with ``auto`` one log line says why it is not durable.

    Raises
    ------
    EngineUnavailable
        If durable was asked for and cannot be imported.
    """
    if choice == "index":
        return "index"
    reason = _why_not_durable()
    if reason is None:
        return "durable"
    if choice == "durable":
        raise EngineUnavailable(
            f"{VARIABLE} is 'durable', but {reason}; install fairlead[durable], or set it to index or auto"
        )
    _say_once(f"rules are matched by the index engine: {reason}")
    return "index"


def engine_for(rule_set: RuleSet[object], choice: Choice) -> Literal["durable", "index"]:
    """Say which engine matches a rule set here: beyond ``MAX_DURABLE_RULES`` always the index."""
    return resolve(choice) if len(rule_set.rules) <= MAX_DURABLE_RULES else "index"


def build(rule_set: RuleSet[object], choice: Choice = "auto") -> RuleEngine:
    """Build the engine that matches a rule set, in some 10 to 40 ms at most for durable, 10 µs a rule for the index."""
    if engine_for(rule_set, choice) == "index":
        return IndexEngine(rule_set)
    from router.adapters.durable_rules.engine import DurableEngine  # only where it is installed

    return DurableEngine(rule_set)


def serving(rule_set: RuleSet[object], choice: Choice = "auto") -> RuleEngine:
    """Build the engine that matches a rule set, or the index where that fails: both give the same answers."""
    return or_index(rule_set, functools.partial(build, choice=choice))


def or_index(rule_set: RuleSet[object], build_engine: Callable[[RuleSet[object]], RuleEngine]) -> RuleEngine:
    """Build an engine, or the index where that fails."""
    try:
        return build_engine(rule_set)
    except Exception:  # whatever went wrong in there: it must not go unseen, and need not be felt
        _log.exception("durable-rules could not be built; the index serves this rule set")
        return IndexEngine(rule_set)


@functools.cache
def _why_not_durable() -> str | None:
    if importlib.util.find_spec("durable_rules_engine") is None:
        return "durable-rules is not installed"
    try:
        importlib.import_module("durable_rules_engine")
    except ImportError as error:
        return f"durable-rules cannot be imported ({error})"
    return None


@functools.cache
def _say_once(line: str) -> None:
    _log.info(line)
