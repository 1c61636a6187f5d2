"""``fairlead erase``: what is personal of one work item, or of one customer, is no more.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be; 3 nothing personal is
known of the subject.
"""

from __future__ import annotations

import sys

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import privacy_pb2
from fairlead.wording import counted

_HINT = (
    "erased already, written otherwise, or, of a work item, only in fields that the rules do not declare `personal: "
    "true`; a work item's id is given with --work-item"
)


@click.command()
@click.argument("subject")
@click.option("--work-item", "is_item", is_flag=True, help="SUBJECT is a work item's id, not a customer's.")
@click.option("--dry-run", is_flag=True, help="Count and erase nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@server_option
@tenant_option
def erase(subject: str, is_item: bool, dry_run: bool, yes: bool, server: str, tenant: str) -> None:
    """Erase what is personal of SUBJECT: a customer's id, or a work item.

    What rules declare `personal: true`, what FAIRLEAD_PERSONAL_FIELDS names, and notes. Decisions stay, and `fairlead
    log verify` and `fairlead log replay` still hold. A customer of whom work items were is asked nothing about them any
    more, whatever they hold. Says from when on a backup is clean; let older ones expire.

    \b
      $ fairlead erase C-1017
      $ fairlead erase crm~L-017 --work-item
      $ fairlead erase tenants/default/workItems/crm~L-017
      $ fairlead erase tenants/default/customers/C-1017

    Exits with 3 if nothing personal is known of SUBJECT.
    """
    prefix = f"tenants/{tenant}/workItems/"
    name = subject if not is_item or subject.startswith(prefix) else prefix + subject
    with connected(server, tenant) as client:
        preview = client.erase(name, preview=True)
        is_known = _is_any(preview) or bool(preview.hindrance)
        if not is_known:
            click.echo(f"nothing personal is known of {subject!r} in tenants/{tenant}: {_HINT}")
        if not dry_run:
            if is_known and not yes:
                click.confirm(f"erase {_said(preview)} for good?", abort=True)
            _tell(client.erase(name), is_known)
        elif is_known:
            _tell_of_preview(preview)
    if not is_known:
        sys.exit(3)


def _tell_of_preview(preview: privacy_pb2.EraseSubjectResponse) -> None:
    click.echo(f"would be erased: {_said(preview)}")
    if preview.hindrance:
        click.echo(f"something may be left: {preview.hindrance}")


def _tell(erased: privacy_pb2.EraseSubjectResponse, is_known: bool) -> None:
    if is_known or _is_any(erased):
        click.echo(f"erased: {_said(erased)}")
    if erased.HasField("clean_time"):
        clean = erased.clean_time.ToDatetime().isoformat(" ", "milliseconds")
        condition = "" if is_known else "if it is erased already, "
        click.echo(f"{condition}backups taken from {clean} UTC on are clean: let older ones expire")
    else:
        click.echo(f"it is not known from when on backups are clean: {erased.hindrance}")


def _is_any(answer: privacy_pb2.EraseSubjectResponse) -> bool:
    return any((answer.value_count, answer.work_item_count, answer.submission_count, answer.score_count))


def _said(answer: privacy_pb2.EraseSubjectResponse) -> str:
    items, submissions = counted(answer.work_item_count, "work item"), counted(answer.submission_count, "submission")
    return f"{counted(answer.value_count, 'value')} of {items}, {submissions}, {counted(answer.score_count, 'score')}"
