"""What a work item is to open on a date, as commands tell it that show, or move, that work item."""

from __future__ import annotations

from collections.abc import Iterator

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1.routing_pb2 import WorkItem
from router.cli.clocks import Clock
from router.cli.labels import label
from router.cli.words import last
from router.process.definition.tasks import is_of_child
from router.wording.languages import Language


def print_openings(item: WorkItem, clock: Clock, language: Language) -> None:
    """Print what a work item is to open on a date that has not come, and when; nothing where it is to open nothing."""
    for line in openings_told(item, clock, language):
        click.echo(line)


def print_openings_of(client: FairleadClient, item: str, clock: Clock, language: Language) -> None:
    """Print the same of a work item by its name; nothing for who may not see it."""
    try:
        print_openings(client.get_work_item(item), clock, language)
    except FairleadError as error:
        if error.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise


def openings_told(item: WorkItem, clock: Clock, language: Language) -> Iterator[str]:
    """Tell the same: a title, and a line for each.

    Examples
    --------
    >>> from google.protobuf.timestamp_pb2 import Timestamp
    >>> item = WorkItem(name="tenants/t/workItems/crm~RN-17")
    >>> _ = item.children.add(entry="next", stage="value", open_time=Timestamp(seconds=1_821_056_400))
    >>> for line in openings_told(item, Clock("Asia/Shanghai"), Language.EN):
    ...     print(line)
    It is to open; times of Asia/Shanghai
      next, in stage value: 2027-09-16 09:00+08:00
    """
    waiting = [child for child in item.children if child.HasField("open_time")]
    if waiting:
        yield label("to open", language, item=last(item.name), times=clock.told(language))
    for child in waiting:
        key = "opening" if is_of_child(child.stage) else "opening in stage"
        time = clock.shown(child.open_time, "minutes")
        yield f"  {label(key, language, child=child.entry, stage=child.stage, time=time)}"
