"""``fairlead update``: what a work item is, changed.

Exit codes: 0 done, or it was so already; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from router.cli.attributes import attributes_of, check_names, set_option, unset_option
from router.cli.labels import label
from router.cli.moved_deadlines import print_moved_of
from router.cli.whom import callers
from router.cli.words import last
from router.wording.languages import Language
from router.wording.phrases import PARTS, STATES, TIMELINE
from router.wording.updates import told


@click.command()
@click.argument("work_item")
@set_option
@unset_option
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
      crm~L-017: Updated: region from north to east, value from 1 to 3. Owner: Ann Lee → Cy, pool East.
    """
    spoken = Language(language)
    if not (pairs or removed) and value is None and priority is None:
        raise click.UsageError(label("nothing to change", spoken, options="--set, --unset, --value, --priority"))
    check_names(pairs, removed, spoken)
    with connected(server, tenant) as client:
        before = client.get_work_item(work_item)
        attributes = attributes_of(client, pairs, removed, spoken)
        after = client.update(
            before.name, attributes, value=value, priority=priority, etag=before.etag, preview=dry_run
        )
        became = told_of(before, after, spoken, called=callers(client))
        is_tried = dry_run and became != PARTS["not updated"].say(spoken)
        what = f"{became}{label('only tried', spoken) if is_tried else ''}"
        click.echo(label("of item", spoken, item=last(before.name), what=what))
        print_moved_of(client, after, spoken)


def told_of(
    before: routing.WorkItem, after: routing.WorkItem, language: Language, stage: str = "",
    called: Callable[[str], str] = last,
) -> str:  # fmt: skip
    """Say what changed, with the stage that it entered, and who has it; reps and pools as they are ``called``."""
    changes = list(_changes(before, after))
    if not changes and not stage:
        return PARTS["not updated"].say(language)
    sentences = [told(decisions.WorkItemUpdate(fields=changes, stage=stage), language)]
    if (state := routing.WorkItem.State.Name(after.state).removeprefix("STATE_")) in STATES:
        sentences.append(TIMELINE["closed"].say(language, state=STATES[state].say(language)))
    elif _is_offered(after) and _offer(before) != _offer(after):
        to, pool = called(after.offer.rep), called(after.pool)
        sentences.append(PARTS["offered to" if to else "offered to many"].say(language, rep=to, pool=pool))
    elif (before.owner, before.state) != (after.owner, after.state):
        of_nobody = PARTS["none"].say(language)
        was, has, pool = (called(name) or of_nobody for name in (before.owner, after.owner, after.pool))
        sentences.append(PARTS["owner changed"].say(language, before=was, after=has, pool=pool))
    elif after.owner:
        sentences.append(PARTS["owner stays"].say(language, owner=called(after.owner)))
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
        **{f"attributes.{name}": item.attributes.fields[name] for name in sorted(item.attributes.fields)},
        **numbers.attributes.fields,
    }
