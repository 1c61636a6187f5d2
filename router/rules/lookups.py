"""Names that a rule set takes from the workforce: does anything bear them? What bears none is worth a warning.

Routes, fallbacks and ``within`` name pools, reps, territories and attributes of reps, which stand elsewhere and may
come later; so a name that nothing bears is no error. But a misspelt one matches nobody, in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from router.model.workforce import WorkforceRecords
from router.rules.crowds import crowded_pools, warn_of_crowds
from router.rules.forms import DropForm, FallbackRepForm, OtherPoolForm, RequirementForm, RouteForm, RuleSetForm
from router.rules.off_duty import routes, timed_pools, warn_of_unsaid
from rules.forms import AllForm, AnyForm, ComparisonForm, NotForm
from rules.problems import known_names, shown
from rules.report import Path, Report

_LIKE, _LIKE_SHORT, _SHORT = 0.7, 0.5, 3
"""Share of characters that a name has in common with a misspelling of it: of up to three characters, half."""

_MOST_MEANT = 3
"""Names that are as like as each other."""
MOST_COMPARED = 100_000
"""Names that misspelt ones of a rule set are compared with, all in all: it takes two seconds."""
_Named = tuple[str, str, Path]
"""Kind and name, and where it stands."""
_KINDS = {"territory": "territories", "rep": "reps", "attribute": "attributes"}


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names there are of each kind, and the pools that work by hours or are too large; None: not looked up."""

    territory: Collection[str] | None = None
    rep: Collection[str] | None = None
    attribute: Collection[str] | None = None
    timed_pool: Collection[str] | None = None
    crowded_pool: Mapping[str, int] | None = None

    @classmethod
    def of(cls, workforce: WorkforceRecords) -> KnownNames:
        """Return the names that a workforce bears; nobody's attributes are looked up where there is nobody."""
        attributes = {name for rep in workforce.reps.values() for name in rep.attributes}
        there = workforce.territories, workforce.reps, attributes if workforce.reps else None
        return cls(*there, timed_pools(workforce), crowded_pools(workforce))


class NearestNames:
    """Says what was probably meant by the names of one rule set that nothing bears, until it would take too long."""

    def __init__(self) -> None:
        self._compared = 0

    def __call__(self, name: str, names: Collection[str]) -> str:
        """Say it of one name; nothing where nothing is like it, or too many were compared."""
        self._compared += len(names)
        return nearest(name, names) if self._compared <= MOST_COMPARED else ""


def nearest(name: str, names: Collection[str]) -> str:
    """Say what was probably meant by a name that nothing bears; nothing where nothing is like it.

    Examples
    --------
    >>> nearest("eats", ["west", "east"]), nearest("华动", ["华东", "华南"]), nearest("north", ["south"])
    ('; did you mean east?', '; did you mean 华东 or 华南?', '')
    """
    cutoff = _LIKE_SHORT if len(name) <= _SHORT else _LIKE
    like = get_close_matches(name, names, n=_MOST_MEANT, cutoff=cutoff)
    equal = sorted(other for other in like if _likeness(name, other) == _likeness(name, like[0]))
    return f"; did you mean {' or '.join(equal)}?" if equal else ""


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, other, name).ratio()


def look_up(form: RuleSetForm, known: KnownNames, report: Report) -> None:
    """Warn of territories, reps and attributes that nothing bears, of hours that a route does not reckon with, and of
    pools that are too large for one decision.
    """
    warn_of_unsaid(form, known.timed_pool or (), report)
    warn_of_crowds(form, known.crowded_pool or {}, report)
    named = list[_Named]()
    for index, rule in enumerate(form.rules):
        named += _of_condition(rule.when, ("rules", index, "when"))
    for route, path in routes(form):
        named += _of_route(route, path)
    there, meant = {kind: known_names(sorted(getattr(known, kind) or ())) for kind in _KINDS}, NearestNames()
    for kind, name, path in named:
        names = getattr(known, kind)
        if names is None or name in names:
            continue
        owner = "no rep has an attribute" if kind == "attribute" else f"there is no {kind}"
        instead = f"there are {there[kind]}" if names else f"there are no {_KINDS[kind]}"
        report.warn(path, f"{owner} {shown(name)} yet; {instead}{meant(name, names)}")


def _of_condition(form: object, path: Path) -> Iterator[_Named]:
    match form:
        case AllForm(all=forms) | AnyForm(any=forms):
            for index, each in enumerate(forms):
                yield from _of_condition(each, (*path, "all" if isinstance(form, AllForm) else "any", index))
        case NotForm(not_=inner):
            yield from _of_condition(inner, (*path, "not"))
        case ComparisonForm(op="within", value=str(territory)):
            yield "territory", territory, (*path, "value")


def _of_route(route: RouteForm, path: Path) -> Iterator[_Named]:
    yield from _of_requirements(route.require, (*path, "require"))
    yield from _of_requirements(route.prefer, (*path, "prefer"))
    for index, step in enumerate(route.fallback):
        at = (*path, "fallback", index)
        match step:
            case DropForm(drop=attributes):
                yield from (("attribute", name, (*at, "drop", place)) for place, name in enumerate(attributes))
            case OtherPoolForm(require=requirements):
                yield from _of_requirements(requirements, (*at, "require"))
            case FallbackRepForm(rep=rep):
                yield "rep", rep, (*at, "rep")


def _of_requirements(forms: Collection[RequirementForm], path: Path) -> Iterator[_Named]:
    for index, form in enumerate(forms):
        yield "attribute", form.rep, (*path, index, "rep")
        if form.op == "covers" and isinstance(form.value, str):
            yield "territory", form.value, (*path, index, "value")
