"""Attributes of a work item as options of a command: ``--set NAME=VALUE``, ``--unset NAME``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, time, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from missing_words import is_missing, trimmed
from router.cli.inputs import active_source
from router.cli.labels import label
from router.rules.check import check
from router.wording.languages import Language
from rules.fields import FieldType

set_option = click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="What an attribute becomes, as in files: 10万, 1,200, 是, 2026年12月1日, a;b. Nothing: it is taken out.",
)
unset_option = click.option(
    "--unset", "removed", multiple=True, metavar="NAME", help="An attribute to take out; repeatable."
)


def check_names(pairs: Sequence[str], removed: Sequence[str], language: Language) -> None:
    """Refuse a name that is given twice.

    Raises
    ------
    click.UsageError
        If one is.
    """
    names = [*(pair.partition("=")[0].strip() for pair in pairs), *removed]
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise click.UsageError(label("given twice", language, name=name, options="--set, --unset"))


def attributes_of(
    client: FairleadClient, pairs: Iterable[str], removed: Iterable[str], language: Language
) -> dict[str, Any]:
    """Return what attributes become; None: they are taken out. Entries of lists that may be several are named."""
    typed = _attributes(client, pairs, language)
    if any(isinstance(value, list) for value in typed.values()):
        from router.cli.doubtful import doubtful_values  # as `_listed` has it

        for warning in doubtful_values(typed, language):
            click.echo(warning, err=True)
    return {**typed, **dict.fromkeys(removed)}


def _attributes(client: FairleadClient, pairs: Iterable[str], language: Language) -> dict[str, Any]:
    """Read ``NAME=VALUE`` pairs, each as the active rule set declares its field."""
    named = dict(_pair(pair, language) for pair in pairs)
    kinds = _kinds(client) if named else {}

    def zone() -> tzinfo:
        return ZoneInfo(client.get_tenant().time_zone)

    return {name: _typed(name, text, kinds.get(name, FieldType.STRING), language, zone) for name, text in named.items()}


def _pair(pair: str, language: Language) -> tuple[str, str]:
    name, equals, text = pair.partition("=")
    if not (name and equals):
        why = label("no pair", language, pair=repr(pair), form="NAME=VALUE", example="region=east")
        raise click.BadParameter(why, param_hint="--set")
    return name, text


def _kinds(client: FairleadClient) -> Mapping[str, FieldType]:
    """Return the types of fields; none for who may not see the rules: then all are texts."""
    try:
        source = active_source(client)
    except FairleadError as error:
        if error.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return {}
    rule_set = check(source).rule_set if source else None
    return rule_set.fields if rule_set else {}


def _typed(name: str, text: str, kind: FieldType, language: Language, zone: Callable[[], tzinfo] = lambda: UTC) -> Any:
    """Read a value as a cell of a file is read: nothing, or a word for it where no text is wanted, takes the attribute
    out.

    Parameters
    ----------
    zone
        Returns whose clocks times without a zone are on.
    """
    cell = trimmed(text)
    if not cell or (kind is not FieldType.STRING and is_missing(cell)):
        return None
    if kind is FieldType.STRING:
        return text
    readers: Mapping[FieldType, Callable[[str], Any]] = {
        FieldType.NUMBER: _number,
        FieldType.BOOL: _truth,
        FieldType.LIST: _listed,
        FieldType.DATE: partial(_date, zone=zone),
    }
    read = readers[kind](cell)
    if read is None:
        facts = {"pair": f"{name}={text!r}", "true": "true", "false": "false"}
        raise click.BadParameter(label(_WHY_NOT[kind], language, **facts), param_hint="--set")
    return read


_WHY_NOT = {FieldType.NUMBER: "no number", FieldType.BOOL: "no truth", FieldType.DATE: "no day"}
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _number(cell: str) -> float | None:
    """Read a number whose decimal sign is a point: ``1,200`` and ``10万`` are numbers."""
    if _PLAIN.fullmatch(cell):
        return float(cell)
    from tables.numbers import figure  # with it comes pyarrow, which most updates do without

    read = figure(cell)
    return read.by_point if read else None


def _truth(cell: str) -> bool | None:
    from tables.words import truth  # as above

    return truth(cell)


def _listed(cell: str) -> list[str]:
    from tables.words import entries  # as above

    return entries(cell)


def _date(cell: str, zone: Callable[[], tzinfo]) -> str | None:
    """Read a date or an instant, where it is one in one way alone; write it as the contract does."""
    from tables.dates import orders_of  # as above
    from tables.options import SERIAL

    orders = orders_of(cell)
    if len(set(orders.values())) != 1 or SERIAL in orders:
        return None
    (moment,) = set(orders.values())
    if moment.tzinfo is UTC and moment.time() == time() and ":" not in cell and "时" not in cell:
        return moment.date().isoformat()
    at = (moment if moment.tzinfo else moment.replace(tzinfo=zone())).astimezone(UTC)
    return at.isoformat().replace("+00:00", "Z")
