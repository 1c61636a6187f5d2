"""``fairlead update``: what a work item is, changed.

Exit codes: 0 done, or it was so already; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from missing_words import is_missing, trimmed
from router.cli.inputs import active_source
from router.cli.labels import label, language_option
from router.cli.words import last
from router.rules.check import check
from router.wording.languages import Language
from router.wording.phrases import PARTS
from router.wording.updates import told
from rules.fields import FieldType

_BOOLS = {"true": True, "yes": True, "false": False, "no": False}


@click.command()
@click.argument("work_item")
@click.option(
    "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="What an attribute becomes; lists as in files: a;b."
)
@click.option("--unset", "removed", multiple=True, metavar="NAME", help="An attribute to take out; repeatable.")
@click.option("--value", type=float, help="Its expected value.")
@click.option("--priority", type=int, help="Its order among what waits, 0 to 1000; 0: the rule's.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and who would have it; write nothing.")
@language_option
@server_option
@tenant_option
def update(
    work_item: str, pairs: tuple[str, ...], removed: tuple[str, ...], value: float | None, priority: int | None,
    dry_run: bool, language: str, server: str, tenant: str,
) -> None:  # fmt: skip
    """Change what WORK_ITEM is: its name, or its id, as source~external_id.

    Its owner keeps it, unless its route says `on_change` of what changes: then the rules and the ledger choose
    somebody who has not had it. What nobody owns is decided anew. What is closed has to be reopened first.

    \b
      $ fairlead update crm~L-017 --set region=east --value 3
      crm~L-017: Updated: region from north to east, value from 1 to 3. Owner: ann → cy, pool east.
    """
    spoken = Language(language)
    if not (pairs or removed) and value is None and priority is None:
        raise click.UsageError(label("nothing to change", spoken, options="--set, --unset, --value, --priority"))
    names = [*(pair.partition("=")[0].strip() for pair in pairs), *removed]
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise click.UsageError(label("given twice", spoken, name=name, options="--set, --unset"))
    with connected(server, tenant) as client:
        before = client.get_work_item(work_item)
        attributes = {**_attributes(client, pairs, spoken), **dict.fromkeys(removed)}
        after = client.update(
            before.name, attributes, value=value, priority=priority, etag=before.etag, preview=dry_run
        )
    click.echo(f"{last(before.name)}: {_said(before, after, spoken)}")


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


def _said(before: routing.WorkItem, after: routing.WorkItem, language: Language) -> str:
    """Say what changed, and who has it."""
    changes = list(_changes(before, after))
    if not changes:
        return PARTS["not updated"].say(language)
    sentences = [told(decisions.WorkItemUpdate(fields=changes), language)]
    if _is_offered(after) and _offer(before) != _offer(after):
        to, pool = last(after.offer.rep), last(after.pool)
        sentences.append(PARTS["offered to" if to else "offered to many"].say(language, rep=to, pool=pool))
    elif (before.owner, before.state) != (after.owner, after.state):
        of_nobody = PARTS["none"].say(language)
        was, has, pool = (last(name) or of_nobody for name in (before.owner, after.owner, after.pool))
        sentences.append(PARTS["owner changed"].say(language, before=was, after=has, pool=pool))
    elif after.owner:
        sentences.append(PARTS["owner stays"].say(language, owner=last(after.owner)))
    return (" " if language is Language.EN else "").join(sentences)


def _is_offered(item: routing.WorkItem) -> bool:
    return item.state == routing.WorkItem.STATE_OFFERED


def _offer(item: routing.WorkItem) -> int | None:
    """Return the number of a work item's offer, 0 for one that only would be made; None: it stands in none."""
    return item.offer.number if _is_offered(item) else None


def _changes(before: routing.WorkItem, after: routing.WorkItem) -> Iterator[workforce.FieldChange]:
    was, became = _values(before), _values(after)
    for field in dict.fromkeys((*was, *became)):
        if was.get(field) != became.get(field):
            yield workforce.FieldChange(field=field, before=was.get(field), after=became.get(field))


def _values(item: routing.WorkItem) -> dict[str, Any]:
    numbers = routing.WorkItem()
    numbers.attributes.update({"value": item.value, "priority": item.priority})
    return {
        **{name: item.attributes.fields[name] for name in sorted(item.attributes.fields)},
        **numbers.attributes.fields,
    }
