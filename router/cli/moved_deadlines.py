"""What an edit of a calendar or an absence moved, or an update of a work item, as the command tells that made it."""

from __future__ import annotations

from collections.abc import Sequence

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1.deadlines_pb2 import Deadline, MovedDeadline
from fairlead.v1.routing_pb2 import WorkItem
from router.cli.clocks import Clock
from router.cli.labels import label
from router.cli.words import last
from router.wording.languages import Language

_SHOWN = 10
_LOOKED_AT = 20
"""Of more revisions nothing is looked up: each looks at every open work item."""


def print_moved(client: FairleadClient, revisions: Sequence[int], language: Language = Language.EN) -> None:
    """Print which deadlines some revisions of the workforce moved, how many these are, and how to list all of them.

    Nothing is printed where they moved none, nor for who may not list them.
    """
    if len(revisions) > _LOOKED_AT:
        click.echo(label("revisions moved", language, first=revisions[0], last=revisions[-1], command=_command("REV")))
        return
    for revision in filter(None, revisions):
        try:
            _print(client, revision, language)
        except FairleadError as error:
            if error.code is not grpc.StatusCode.PERMISSION_DENIED:
                raise
            return


def print_moved_of(client: FairleadClient, item: WorkItem, language: Language = Language.EN) -> None:
    """Print which deadlines of a work item what was changed of it moved; nothing where it moved none."""
    if not item.moved_deadlines:
        return
    clock = Clock.of(client, utc=False)
    click.echo(label("moved deadlines", language, count=len(item.moved_deadlines), times=clock.told(language)))
    for each in item.moved_deadlines:
        click.echo(f"  {_told(each, last(item.name), clock, language, label('no deadline', language))}")


def newest_revision(client: FairleadClient) -> int:
    """Return the newest revision of the workforce; 0 for who may not ask."""
    try:
        return int(client.get_tenant().workforce_revision)
    except FairleadError as error:
        if error.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return 0


def _print(client: FairleadClient, revision: int, language: Language) -> None:
    moved = sorted(client.list_deadlines(moved_by=revision), key=lambda each: each.due_time.ToNanoseconds())
    if not moved:
        return
    clock = Clock.of(client, utc=False)
    click.echo(label("moved deadlines", language, count=len(moved), times=clock.told(language)))
    for each in moved[:_SHOWN]:
        click.echo(f"  {_told(each, last(each.work_item), clock, language, label('beyond known hours', language))}")
    if len(moved) > _SHOWN:
        click.echo(label("all that moved", language, command=_command(revision)))


def _told(deadline: Deadline | MovedDeadline, item: str, clock: Clock, language: Language, never: str) -> str:
    """Say when a deadline was due, and is; ``never`` is what is said where it was not, or is not."""
    before, after = (
        clock.shown(getattr(deadline, field), "minutes") if deadline.HasField(field) else never
        for field in ("earlier_due_time", "due_time")
    )
    return label("moved deadline", language, item=item, deadline=deadline.deadline, before=before, after=after)


def _command(revision: int | str) -> str:
    return f"fairlead deadlines --moved-by {revision}"
