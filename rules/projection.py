"""From raw attributes to the fact that engines match: declared, typed, bounded.

This runs for everything that is matched, so each rule set's fields become a table of small functions once. A
function returns the value as engines see it, None where it says nothing (an empty list), or the ``_Refusal`` that
tells what would have been right.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from missing_words import folded
from rules.arrival import ArrivalField
from rules.fields import AS_WRITTEN, EXTERNAL_ID, Fact, FactValue, FieldType, twin_of
from rules.limits import DECIMALS, MAX_ATTRIBUTES, MAX_LIST, MAX_NUMBER, MAX_STRING
from rules.normal_form import NOTHING, Ignored, normal_value
from rules.problems import known_names, shown
from rules.ruleset import RuleSet
from rules.shares import bucket_of, read_share
from rules.values import DATE_ALLOWED, NUMBER_ALLOWED, as_epoch


class _Refusal:
    def __init__(self, allowed: str) -> None:
        self.allowed = allowed


_Reader = Callable[[object], "FactValue | _Refusal | None"]
Around = Callable[[str, Ignored], tuple[str, ...]]
"""Returns a region itself and all regions around it, spelt as in the normal form of what is ignored."""

_BAD_TEXT = _Refusal(f"text of up to {MAX_STRING} valid characters")
_BAD_NUMBER = _Refusal(NUMBER_ALLOWED)
_BAD_BOOL = _Refusal("true or false")
_BAD_LIST = _Refusal(f"a list of up to {MAX_LIST} texts of up to {MAX_STRING} valid characters")
_BAD_DATE = _Refusal(DATE_ALLOWED)


@dataclass(frozen=True, slots=True)
class AttributeFault:
    """What is wrong with the attribute of a name; None: with all of them together."""

    name: str | None
    description: str


class InvalidAttributes(Exception):
    """The attributes are not what the rule set declares."""

    def __init__(self, violations: Sequence[AttributeFault]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{v.name}: {v.description}" for v in self.violations))


def project(
    rule_set: RuleSet[object],
    attributes: Mapping[str, object],
    around: Around,
    identity: str = "",
    time_zone: str = "UTC",
) -> Fact:
    """Check attributes and bring them into the form that engines match.

    Parameters
    ----------
    rule_set
        Declares the fields.
    attributes
        Plain values: text, float or int, bool, None, lists, mappings. None, an empty list, and a text that is one of
        the rule set's words for it count as missing, whatever the type of the field; in a list such a text is left out.
    around
        Makes the twin of a field that some rule looks ``within``.
    identity
        What tells the work item from all others, for shares of them; empty: nothing does.
    time_zone
        Where weekday and hour of the arrival are read, if the rules name no zone.

    Raises
    ------
    InvalidAttributes
        With one violation per bad attribute.

    """
    plan = _plans.get(id(rule_set))
    readers = _plan(rule_set) if plan is None else plan[1]
    missing = rule_set.missing
    fact: dict[str, FactValue] = {}
    refused = len(attributes) > MAX_ATTRIBUTES and len(_brought(rule_set, attributes)) > MAX_ATTRIBUTES
    for name, value in attributes.items():
        reader = readers.get(name)
        if reader is None:
            refused = refused or not rule_set.ignore_undeclared
        elif value is not None and not (type(value) is str and missing and folded(value) in missing):
            read = reader(value)
            if type(read) is _Refusal:
                refused = True
                continue
            if missing and type(read) is tuple:
                read = tuple([entry for entry in read if folded(entry) not in missing]) or None
            if read is not None:
                fact[name] = read  # type: ignore[assignment]  # no refusal here
    if refused:
        raise InvalidAttributes(_violations(rule_set, readers, attributes))
    if rule_set.arrival is not None:
        _add_parts(rule_set.arrival, fact, time_zone)
    _add_twins(rule_set, fact, around, identity)
    return fact


def _add_parts(arrival: ArrivalField, fact: dict[str, FactValue], time_zone: str) -> None:
    at = fact.get(arrival.name)
    if isinstance(at, int | float):
        fact.update(arrival.parts(at, time_zone))


def _add_twins(rule_set: RuleSet[object], fact: dict[str, FactValue], around: Around, identity: str) -> None:
    for name, ignored in rule_set.ignoring.items():
        _put_into_normal_form(fact, name, ignored, rule_set.missing)
    for (name, op), values in rule_set.twins.items():
        value = identity or None if name == EXTERNAL_ID and op == "percent" else fact.get(name)
        if value is None:
            continue
        if op == "percent":
            _put_into_buckets(fact, name, str(value), values)
        elif op == "within":
            fact[twin_of(name, op)] = around(str(value), rule_set.ignoring.get(name, NOTHING))
        else:
            fact[twin_of(name, op)] = _holding(op, str(value), values)


def _put_into_normal_form(fact: dict[str, FactValue], name: str, ignored: Ignored, missing: Collection[str]) -> None:
    """Take off what a field ignores; what is no more than a word for missing then, is missing."""
    written = fact.get(name)
    if written is None:
        return
    value = normal_value(written, ignored)
    if isinstance(value, tuple):
        value = tuple(dict.fromkeys(text for text in value if folded(text) not in missing))
    if not value or (isinstance(value, str) and folded(value) in missing):
        del fact[name]
    elif value != written:
        fact[name], fact[twin_of(name, AS_WRITTEN)] = value, written


def _put_into_buckets(fact: dict[str, FactValue], name: str, value: str, shares: Sequence[str]) -> None:
    """Put down the bucket of each share, and the shares that a value is in."""
    held = []
    for share in shares:
        percent, salt = read_share(share)
        bucket = fact[twin_of(name, share)] = bucket_of(value, salt)
        if bucket < percent:
            held.append(share)
    fact[twin_of(name, "percent")] = tuple(held)


def _holding(op: str, text: str, values: tuple[str, ...]) -> tuple[str, ...]:
    if op == "contains":
        return tuple([value for value in values if value in text])
    return tuple([value for value in values if text.startswith(value)])


def says_nothing(rule_set: RuleSet[object], value: object) -> bool:
    """Tell whether an attribute's value means that it is missing."""
    return value is None or (type(value) is str and folded(value) in rule_set.missing)


_plans: dict[int, tuple[weakref.ref[RuleSet[object]], dict[str, _Reader]]] = {}


def _plan(rule_set: RuleSet[object]) -> dict[str, _Reader]:
    # by identity, because a rule set is compared by all its rules; an entry goes when its rule set does
    key = id(rule_set)
    readers = {name: _READERS[kind] for name, kind in rule_set.fields.items() if name not in rule_set.only_values}
    _plans[key] = (weakref.ref(rule_set, lambda _: _plans.pop(key, None)), readers)
    return readers


def _brought(rule_set: RuleSet[object], attributes: Mapping[str, object]) -> list[str]:
    """Return the attributes but for the one that the server stamps."""
    return [name for name in attributes if rule_set.arrival is None or name != rule_set.arrival.name]


def _violations(
    rule_set: RuleSet[object], readers: dict[str, _Reader], attributes: Mapping[str, object]
) -> list[AttributeFault]:
    if len(brought := _brought(rule_set, attributes)) > MAX_ATTRIBUTES:
        return [AttributeFault(None, f"{len(brought)} attributes; at most {MAX_ATTRIBUTES} are allowed")]
    faults = []
    for name, value in attributes.items():
        reader = readers.get(name)
        if reader is None:
            if not rule_set.ignore_undeclared:
                description = (
                    f"found {shown(value)} in an undeclared field; declared are {known_names(rule_set.sent_fields)}"
                )
                faults.append(AttributeFault(_printable(name), description))
        elif not says_nothing(rule_set, value) and isinstance(read := reader(value), _Refusal):
            faults.append(AttributeFault(_printable(name), f"found {shown(value)}; {read.allowed} is expected"))
    return faults


def _printable(name: str) -> str:
    # what goes into an answer has to be valid text, whatever came in
    return name[:80].encode("utf-8", "replace").decode()


def _read_text(value: object) -> FactValue | _Refusal:
    if type(value) is not str or len(value) > MAX_STRING or not (value.isascii() or _is_valid(value)):
        return _BAD_TEXT
    return value


def _is_valid(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _read_number(value: object) -> FactValue | _Refusal:
    # as_number, spelt out: it is called for every number of every fact
    if type(value) is float:
        if -MAX_NUMBER < value < MAX_NUMBER:
            rounded = round(value, DECIMALS)
            return int(rounded) if rounded.is_integer() else rounded
    elif type(value) is int and -MAX_NUMBER < value < MAX_NUMBER:
        return value
    return _BAD_NUMBER


def _read_bool(value: object) -> FactValue | _Refusal:
    return value if value is True or value is False else _BAD_BOOL


def _read_list(value: object) -> FactValue | _Refusal | None:
    if not isinstance(value, list | tuple) or len(value) > MAX_LIST:
        return _BAD_LIST
    for entry in value:
        if type(entry) is not str or len(entry) > MAX_STRING or not (entry.isascii() or _is_valid(entry)):
            return _BAD_LIST
    return tuple(value) or None


def _read_date(value: object) -> FactValue | _Refusal:
    epoch = as_epoch(value)
    return _BAD_DATE if epoch is None else epoch


_READERS: Mapping[FieldType, _Reader] = {
    FieldType.STRING: _read_text,
    FieldType.NUMBER: _read_number,
    FieldType.BOOL: _read_bool,
    FieldType.LIST: _read_list,
    FieldType.DATE: _read_date,
}
