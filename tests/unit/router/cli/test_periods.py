"""Periods that commands are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import click
import pytest

from fairlead.client import FairleadClient
from fairlead.v1 import calendars_pb2
from router.cli.clocks import Clock
from router.cli.periods import instant_asked, period_asked

NOW = datetime(2031, 1, 8, 9, tzinfo=UTC)
CLOCK = Clock("Asia/Shanghai")


class Simulated:
    """A service at a time of its own."""

    def get_tenant(self) -> calendars_pb2.Tenant:
        tenant = calendars_pb2.Tenant()
        tenant.current_time.FromDatetime(NOW)
        return tenant


CLIENT = cast(FairleadClient, Simulated())


def test_so_long_ago_counts_from_the_time_of_the_service() -> None:
    assert instant_asked(CLIENT, CLOCK, timedelta(days=7)) == datetime(2031, 1, 1, 9, tzinfo=UTC)
    assert instant_asked(CLIENT, CLOCK, datetime(2031, 1, 2)) == datetime(2031, 1, 1, 16, tzinfo=UTC)
    assert instant_asked(CLIENT, CLOCK, None) is None
    assert period_asked(CLIENT, CLOCK, timedelta(days=7), timedelta(0)) == (NOW - timedelta(days=7), NOW)


@pytest.mark.parametrize("until", [timedelta(days=7), timedelta(days=8), datetime(2030, 12, 31)])
def test_a_period_that_ends_before_it_begins_is_said_of_the_option(until: timedelta | datetime) -> None:
    with pytest.raises(click.BadParameter) as refused:
        period_asked(CLIENT, CLOCK, timedelta(days=7), until)

    assert refused.value.param_hint == "'--until'"
    assert "allowed: after --since, 2031-01-01 17:00:00+08:00" in refused.value.message
