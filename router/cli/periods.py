"""Which time ``--since`` and ``--until`` mean: so long ago counts from the service's time, which may be simulated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from fairlead.client import FairleadClient
from router.cli.clocks import Clock
from router.cli.deadline_cells import now_of
from router.cli.filters import When

Period = tuple[datetime | None, datetime | None]
"""From when on, and until when, in UTC; None: without an end on that side."""


def instant_asked(client: FairleadClient, clock: Clock, when: When | None) -> datetime | None:
    """Return an instant in UTC; who may not ask for the service's time counts from their own."""
    if isinstance(when, timedelta):
        return (now_of(client) or datetime.now(UTC)) - when
    return clock.instant(when)


def period_asked(client: FairleadClient, clock: Clock, since: When | None, until: When | None) -> Period:
    """Return a period.

    Raises
    ------
    click.BadParameter
        If it ends before it begins.
    """
    start, end = instant_asked(client, clock, since), instant_asked(client, clock, until)
    if start and end and end <= start:
        found = f"{clock.at(end)}; allowed: after --since, {clock.at(start)}"
        raise click.BadParameter(found, param_hint="'--until'")
    return start, end
