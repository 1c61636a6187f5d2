"""``fairlead advance``: a work item enters a stage of its process.

Exit codes: 0 done; 1 the service refuses, as what it lacks, or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from fairlead.v1.deadlines_pb2 import Approval
from router.cli.approvals import told_asked
from router.cli.attributes import attributes_of, check_names, set_option, unset_option
from router.cli.clocks import Clock
from router.cli.labels import label
from router.cli.moved_deadlines import print_moved_of
from router.cli.openings import print_openings
from router.cli.stage_titles import titled_by
from router.cli.update import told_of
from router.cli.whom import callers
from router.cli.words import last
from router.wording.languages import Language


@click.command()
@click.argument("work_item")
@click.argument("stage")
@set_option
@unset_option
@click.option("--note", default="", help="Why, for the record; up to 512 characters.")
@click.option("--dry-run", is_flag=True, help="Say where it would stand, and who would have it; write nothing.")
@language_option
@server_option
@tenant_option
def advance(
    work_item: str, stage: str, pairs: tuple[str, ...], removed: tuple[str, ...], note: str, dry_run: bool,
    language: str, server: str, tenant: str,
) -> None:  # fmt: skip
    """Have WORK_ITEM, by its name or id, enter STAGE of its process.

    What the stage requires can be given in the same step. A stage that closes closes the work item. Who owns it keeps
    it, unless its route says `on_change` of what changes. Where the stage is to be approved, and what WORK_ITEM becomes
    asks for that, it stays where it is until `fairlead approve`.

    \b
      $ fairlead advance crm~L-017 qualified --set budget=300000
      crm~L-017: It entered stage qualified: budget 300000 (was not given). The owner stays: Ann Lee.
    """
    spoken = Language(language)
    check_names(pairs, removed, spoken)
    with connected(server, tenant) as client:
        before = client.get_work_item(work_item)
        attributes = attributes_of(client, pairs, removed, spoken)
        after = client.advance(before.name, stage, attributes, note=note, etag=before.etag, preview=dry_run)
        if after.approval.state == Approval.STATE_PENDING:
            click.echo(told_asked(client, after, spoken))
        else:
            entered = titled_by(client, spoken)(after.process, after.stage)
            what = told_of(before, after, spoken, entered, callers(client))
            click.echo(label("of item", spoken, item=last(before.name), what=what))
        print_moved_of(client, after, spoken)
        if any(child.HasField("open_time") for child in after.children):
            print_openings(after, Clock.of(client, utc=False), spoken)
