"""How an upgrade is shown: a bar on a terminal, a few lines in a log."""

from __future__ import annotations

import io
import logging

import pytest
from rich.console import Console

from serving.upgrade_bar import UpgradeBar
from serving.upgrading import UpgradeLines


def test_a_log_has_a_few_lines_of_a_long_upgrade_and_one_of_a_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    with UpgradeLines() as report:
        for _ in range(100):
            report.waits("another server is at it")
        for events in range(1, 1_001):
            report.moved("acme", events, 1_000)

    assert caplog.messages[:2] == ["waiting: another server is at it", "upgrading tenants/acme: 1 of 1000 events"]
    assert caplog.messages[-1] == "upgrading tenants/acme: 1000 of 1000 events"
    assert len(caplog.messages) == 12


def test_a_terminal_has_a_bar_for_each_tenant() -> None:
    screen = io.StringIO()

    with UpgradeBar(Console(file=screen, force_terminal=True, width=100)) as report:
        report.waits("another server is at it")
        report.moved("acme", 500, 1_000)
        report.moved("acme", 1_000, 1_000)

    assert "waiting: another server is at it" in screen.getvalue()
    assert "upgrading tenants/acme, events" in screen.getvalue()
    assert "1000/1000" in screen.getvalue()


def test_where_nothing_is_done_nothing_is_shown() -> None:
    screen = io.StringIO()

    with UpgradeBar(Console(file=screen, force_terminal=True)):
        pass

    assert screen.getvalue() == ""
