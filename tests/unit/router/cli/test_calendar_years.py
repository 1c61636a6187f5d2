"""Years as options name them: one, or a span, and nothing else."""

from __future__ import annotations

import click
import pytest

from router.cli.calendars import _years


@pytest.mark.parametrize(
    ("text", "years"), [("2026", [2026]), ("2026-2027", [2026, 2027]), ("2026-2045", [*range(2026, 2046)])]
)
def test_a_year_or_a_span_of_up_to_twenty_is_read(text: str, years: list[int]) -> None:
    assert _years(text) == years


@pytest.mark.parametrize("text", ["", "-", "2o26", "2026-x", "x-2026", "2027-2026", "2026-2046", "2026-2027-2028"])
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(click.BadParameter, match="allowed: a year such as 2026, or up to 20 as 2026-2027"):
        _years(text)
