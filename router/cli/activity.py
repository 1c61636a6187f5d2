"""``fairlead activity``: record what somebody did about a work item.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import json
from datetime import timedelta

import click
from google.protobuf.json_format import MessageToDict

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option
from fairlead.v1 import activities_pb2 as activities
from router.cli.absences import WRITTEN, instant, shown, zone_of
from router.cli.labels import label
from router.cli.lengths import length_of
from router.cli.whom import rep_called
from router.cli.words import last
from router.wording.languages import Language

KINDS = click.Choice(["call", "visit", "meeting", "message", "email", "note"], case_sensitive=False)
DIRECTIONS = click.Choice(["outbound", "inbound", "internal"], case_sensitive=False)


@click.command()
@click.argument("work_item")
@click.argument("kind", type=KINDS)
@click.option("--direction", type=DIRECTIONS, help="From whom it came [default: outbound; of a note: internal].")
@click.option(
    "--rep", default="", help="Who acted, by id or display name [default: the owner; from a service account: nobody]."
)
@click.option("--outcome", default="", help="In a word what came of it.")
@click.option("--automatic", is_flag=True, help="Nobody of ours acted, as in an automatic reply.")
@click.option("--lasted", default="", metavar="LENGTH", help="How long, such as 45s, 3m or 1h.")
@click.option("--note", default="", help="More of it.")
@click.option("--occurred", metavar="TIME", help=f"When: {WRITTEN} [default: now].")
@click.option("--next", "next_time", metavar="TIME", help=f"When to follow up: {WRITTEN}.")
@click.option("--step", default="", help="What is to be done then.")
@click.option("--external-id", default="", help="What another system calls it: the same again is the same activity.")
@click.option("--dry-run", is_flag=True, help="Check, and write nothing.")
@language_option
@json_option
@server_option
@tenant_option
def activity(
    work_item: str, kind: str, direction: str | None, rep: str, automatic: bool, outcome: str, lasted: str, note: str,
    occurred: str | None, next_time: str | None, step: str, external_id: str, dry_run: bool, language: str,
    as_json: bool, server: str, tenant: str,
) -> None:  # fmt: skip
    """Record what somebody did about WORK_ITEM: a call, visit, meeting, message, email or note.

    An outbound one by a rep is an attempt: from the first on, the work item is worked, and no longer counts under caps
    of UNWORKED. A call of 30 seconds, a meeting or an answer of the customer's is a contact. What is a note or internal
    ends a deadline `until: note` alone; what nobody did proves nothing. --next sets when to follow up, in place of the
    date that there was; without it, a rep's call, visit, meeting, message or email ends that date. Times without a zone
    are on the tenant's clocks.

    \b
      $ fairlead activity crm~L-017 call --outcome "no answer" --next 2026-11-30T10:00 --step "call again"
      crm~L-017: ATTEMPT; next follow-up 2026-11-30 10:00 (Asia/Shanghai)
      $ fairlead activity crm~L-017 call --lasted 4m --rep li-na
      $ fairlead activity crm~L-017 note --note "asks for the price list"

    See `fairlead agenda` for what is to be followed up, `fairlead timeline` for what happened.
    """
    told = Language(language)
    way = (direction or ("internal" if kind == "note" else "outbound")).upper()
    with connected(server, tenant) as client:
        zone = zone_of(client)
        recorded = client.record_activity(
            work_item,
            kind.upper(),
            way,
            rep=rep_called(client, rep, "--rep", told),
            automatic=automatic,
            outcome=outcome,
            duration=_length(lasted, told),
            note=note,
            occurred=instant(occurred, zone, "--occurred", told) if occurred else None,
            next_time=instant(next_time, zone, "--next", told) if next_time else None,
            next_step=step,
            external_id=external_id,
            preview=dry_run,
        )
    if as_json:
        document = MessageToDict(recorded, preserving_proto_field_name=True)
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    date = ""
    if recorded.HasField("next_time"):
        date = label("next follow-up", told, when=shown(recorded.next_time, zone), zone=zone.key)
    written = label("nothing is written", told) if dry_run else ""
    click.echo(label("recorded", told, item=last(work_item), evidence=_evidence(recorded, told)) + date + written)


def _length(lasted: str, language: Language) -> timedelta | None:
    length = length_of(lasted)
    if lasted and length is None:
        why = label("no length", language, text=repr(lasted), seconds="45s", minutes="3m", hours="1h")
        raise click.BadParameter(why, param_hint="--lasted")
    return length


def _evidence(recorded: activities.Activity, language: Language) -> str:
    proven = [each for each in recorded.evidence if each != activities.Activity.EVIDENCE_ANY]
    names = [label(activities.Activity.Evidence.Name(each), language) for each in proven]
    return label("comma", language).join(names) or label("no evidence", language)
