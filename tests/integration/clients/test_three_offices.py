"""examples/three_offices: a firm in Shanghai, Munich and New York with a night shift, entered as its README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.clients.arranging import Restartable, fairlead

pytestmark = pytest.mark.long
OFFICES = Path(__file__).parents[3] / "examples" / "three_offices"
COUNTRIES = (("shanghai", "CN", ""), ("munich", "DE", "BY"), ("new-york", "US", "NY"))


def file(name: str) -> str:
    return str(OFFICES / name)


def test_the_firm_is_entered_and_its_days_are_as_each_country_has_them(served: Restartable, tmp_path: Path) -> None:
    at = ("--server", served.address, "--tenant", "three-offices")

    fairlead("calendars", "load", file("calendars.yaml"), *at)
    for calendar, country, subdivision in COUNTRIES:
        days = ("--country", country, *(("--subdivision", subdivision) if subdivision else ()), "--years", "2026-2027")
        fairlead("calendars", "import", calendar, *days, *at)
    fairlead("tenant", "set", "--time-zone", "Asia/Shanghai", "--calendar", "shanghai", *at)
    loaded = fairlead("workforce", "load", "--reps", file("reps.csv"), "--pools", file("pools.csv"), *at)
    fairlead("absences", "load", file("leave.csv"), *at)
    fairlead("rules", "publish", file("rules.yaml"), *at)

    shanghai = fairlead("calendars", "show", "shanghai", "--from", "2026-10-01", *at)
    munich = fairlead("calendars", "show", "munich", "--from", "2026-12-21", *at)
    new_york = fairlead("calendars", "show", "new-york", "--from", "2026-11-23", *at)
    leave = fairlead("absences", "list", *at)
    fairlead("workforce", "export", str(tmp_path), *at)
    files = ("--reps", str(tmp_path / "reps.csv"), "--pools", str(tmp_path / "pools.csv"))
    again = fairlead("workforce", "load", *files, *at)

    assert "reps: 7 created; pools: 3 created" in loaded
    assert "calendar shanghai-night; manager li-na" in loaded
    assert "nothing changes" in again
    assert "make-up workday 调休" in shanghai
    assert "its days are official until 2026-12-31" in shanghai
    assert "Heiligabend" in munich
    assert "other hours" in munich
    assert "Thanksgiving" in new_york
    assert "2026-11-26 02:00" in leave  # 13:00 in New York, on the tenant's clocks
