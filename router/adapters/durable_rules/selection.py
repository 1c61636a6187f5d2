"""Which rule engine serves: the setting, and what it means on this machine."""

from __future__ import annotations

import functools
import importlib.util
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from rules.fields import Fact
from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.ruleset import RuleSet

VARIABLE = "FAIRLEAD_RULE_ENGINE"
Choice = Literal["auto", "durable", "index"]
"""``auto`` is durable where durable-rules is installed, else index."""

_RULES_AT_ONCE = 100
"""Up to so many rules durable is built while the event loop waits: some 20 ms."""

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
    found = environ.get(VARIABLE, "auto").strip() or "auto"
    for choice in get_args(Choice):
        if found == choice:
            return found  # type: ignore[return-value]  # it is one of them
    raise ValueError(f"{VARIABLE} is {found!r}; allowed are {', '.join(get_args(Choice))}")


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


def build(rule_set: RuleSet[object], choice: Choice = "auto") -> RuleEngine:
    """Build an engine.

    The index takes some 10 µs a rule, durable some 200 µs; so a server may serve a large set by the index while a
    thread builds durable, and then swap and close.
    """
    if resolve(choice) == "index":
        return IndexEngine(rule_set)
    from router.adapters.durable_rules.engine import DurableEngine  # only where it is installed

    return DurableEngine(rule_set)


class WarmingEngine:
    """Serves by the index until durable is ready, so that a large new rule set holds nobody up.

    Both give the same answers; building durable takes seconds for thousands of rules, and happens in a thread. Where it
    fails, the index goes on.

    Parameters
    ----------
    rule_set
        What is matched.
    build_engine
        Makes the one that will serve; called in a thread.
    """

    def __init__(self, rule_set: RuleSet[object], build_engine: Callable[[RuleSet[object]], RuleEngine]) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._engine: RuleEngine = IndexEngine(rule_set)
        threading.Thread(target=self._warm, args=(rule_set, build_engine), name="warm rules", daemon=True).start()

    @property
    def name(self) -> str:
        """The engine that serves now."""
        return self._engine.name

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""
        return self._engine.match(fact)

    def close(self) -> None:
        """Give back what it holds; a build under way is given back when it is done."""
        with self._lock:
            self._closed = True
            self._engine.close()

    def _warm(self, rule_set: RuleSet[object], build_engine: Callable[[RuleSet[object]], RuleEngine]) -> None:
        try:
            engine = build_engine(rule_set)
        except Exception:  # whatever went wrong in there: it must not go unseen, and need not be felt
            _log.exception("durable-rules could not be built; the index goes on serving this rule set")
            return
        with self._lock:
            if self._closed:
                engine.close()
            else:
                self._engine = engine


def serving(rule_set: RuleSet[object], choice: Choice = "auto") -> RuleEngine:
    """Return an engine that serves at once."""
    if resolve(choice) == "index" or len(rule_set.rules) <= _RULES_AT_ONCE:
        return build(rule_set, choice)
    return WarmingEngine(rule_set, functools.partial(build, choice=choice))


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
