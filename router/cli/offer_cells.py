"""What the commands show of work items that are offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rich import box
from rich.table import Table
from rich.text import Text

from fairlead.client import FairleadClient
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.labels import headings, label
from router.cli.lists import Names, enum_value
from router.cli.words import called, last
from router.wording.languages import Language

_HEADINGS = ("work item", "kind", "value", "pool", "offered to", "offer", "lapses", "has open")


def offered_to(item: routing.WorkItem, names: Names) -> str:
    """Say to whom a work item is offered; empty where it is not."""
    if not item.HasField("offer"):
        return ""
    return called(item.offer.rep, names.reps) if item.offer.rep else label("whoever is first", names.language)


def offered_until(item: routing.WorkItem, names: Names) -> str:
    """Say when an offer lapses; empty where nothing is offered."""
    if item.offer.HasField("expire_time"):
        return names.clock.shown(item.offer.expire_time)
    return label("never", names.language) if item.HasField("offer") else ""


def away_told(away: routing.AwayByLapses, clock: Clock, language: Language) -> str:
    """Say that a rep is away for letting offers lapse."""
    facts = {"lapses": away.lapses, "work_item": last(away.work_item), "time": clock.shown(away.away_time)}
    return label("away by lapses", language, **facts)


def limits_of(client: FairleadClient, names: Names) -> dict[str, int]:
    """Return by pool how many offers a rep may have open; nothing for who may not list pools."""
    return {each.name: each.dispatch.offers_open or 1 for each in client.list_pools()} if names.pools else {}


def offers_table(
    shown: Iterable[routing.WorkItem], open_ones: Iterable[routing.WorkItem], limits: Mapping[str, int], names: Names
) -> Table:
    """Lay out open offers.

    Parameters
    ----------
    shown
        What to show.
    open_ones
        All that are open, of which a rep's are counted.
    limits
        By pool how many a rep may have open; what is not in it is not told.
    """
    rows = list(_rows(shown, Counter(item.offer.rep for item in open_ones), limits, names))
    title = label("offers open", names.language, count=len(rows), times=names.clock.told(names.language))
    table = Table(
        *headings(_HEADINGS, names.language), title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _rows(
    items: Iterable[routing.WorkItem], has_open: Counter[str], limits: Mapping[str, int], names: Names
) -> Iterator[list[str]]:
    for item in items:
        offer = item.offer
        most = limits.get(item.pool)
        count = f"{has_open[offer.rep]}/{most}" if most else str(has_open[offer.rep])
        yield [
            last(item.name), enum_value(item, "kind"), f"{item.value:,.15g}" if item.value else "",
            called(item.pool, names.pools),
            offered_to(item, names),
            str(offer.number), offered_until(item, names), count if offer.rep else "",
        ]  # fmt: skip
