"""``fairlead pause`` and ``fairlead resume``: a work item's deadlines rest, and run again.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from datetime import UTC

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from router.cli.absences import WRITTEN, instant, zone_of
from router.cli.labels import label
from router.cli.words import last
from router.wording.deadlines import paused, resumed
from router.wording.languages import Language


@click.command()
@click.argument("work_item")
@click.option("--reason", required=True, metavar="CODE", help="Why, as a code: e.g. waiting-for-customer.")
@click.option("--until", metavar="TIME", help=f"When it ends at the latest: {WRITTEN} [default: in a week].")
@click.option("--dry-run", is_flag=True, help="Say what would be; write nothing.")
@language_option
@server_option
@tenant_option
def pause(
    work_item: str, reason: str, until: str | None, dry_run: bool, language: str, server: str, tenant: str
) -> None:
    """Pause the deadlines of WORK_ITEM, which waits for somebody else: its name, or its id, as source~external_id.

    Update and resolution pause, first and next response do not, and what is statutory never: it is said which stand
    still. The pause ends at its end, by `fairlead resume`, and as soon as an activity says that the customer was heard
    from. `fairlead deadlines` shows what stands still, until when and why.

    \b
      $ fairlead pause crm~T-1 --reason supplier
      crm~T-1: Paused, supplier; the pause ends on 2026-10-16 at 10:20 at the latest. Standing still: resolution.
    """
    spoken = Language(language)
    with connected(server, tenant) as client:
        zone = zone_of(client)
        at = instant(until, zone, "--until") if until else None
        made = client.pause(work_item, reason, at, preview=dry_run)
    what = paused(made, made.start_time.ToDatetime(UTC), zone, spoken)
    click.echo(label("of item", spoken, item=last(made.work_item), what=what))


@click.command()
@click.argument("work_item")
@click.option("--dry-run", is_flag=True, help="Say what would be; write nothing.")
@language_option
@server_option
@tenant_option
def resume(work_item: str, dry_run: bool, language: str, server: str, tenant: str) -> None:
    """Have the deadlines of WORK_ITEM run again, which is paused.

    \b
      $ fairlead resume crm~T-1
      crm~T-1: The pause is over. Running again: resolution.
    """
    with connected(server, tenant) as client:
        ended = client.resume(work_item, preview=dry_run)
    told = Language(language)
    click.echo(label("of item", told, item=last(ended.work_item), what=resumed(ended, told)))
