"""Attributes of a work item as options of a command: ``--set NAME=VALUE``, ``--unset NAME``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from missing_words import is_missing, trimmed
from router.cli.inputs import active_source
from router.cli.labels import label
from router.rules.check import check
from router.wording.languages import Language
from rules.fields import FieldType

_BOOLS = {"true": True, "yes": True, "false": False, "no": False}

set_option = click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="What an attribute becomes; lists as in files: a;b. Nothing behind the =: it is taken out.",
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
    """Return what attributes become; None: they are taken out."""
    return {**_attributes(client, pairs, language), **dict.fromkeys(removed)}


def _attributes(client: FairleadClient, pairs: Iterable[str], language: Language) -> dict[str, Any]:
    """Read ``NAME=VALUE`` pairs, each as the active rule set declares its field."""
    named = dict(_pair(pair, language) for pair in pairs)
    kinds = _kinds(client) if named else {}
    return {name: _typed(name, text, kinds.get(name, FieldType.STRING), language) for name, text in named.items()}


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


def _typed(name: str, text: str, kind: FieldType, language: Language) -> Any:
    if not trimmed(text):
        return None
    try:
        match kind:
            case FieldType.NUMBER:
                return float(text)
            case FieldType.BOOL:
                return _BOOLS[text.lower()]
            case FieldType.LIST:
                return _listed(text)
    except (ValueError, KeyError):
        why = "no truth" if kind is FieldType.BOOL else "no number"
        said = label(why, language, pair=f"{name}={text!r}", true="true", false="false")
        raise click.BadParameter(said, param_hint="--set") from None
    return text


def _listed(text: str) -> list[str] | None:
    """Read a list as a cell of a file is read; None: no value, so that the attribute is taken out."""
    from tables.words import entries  # with it comes pyarrow, which most updates do without

    return None if is_missing(text := trimmed(text)) else entries(text)
