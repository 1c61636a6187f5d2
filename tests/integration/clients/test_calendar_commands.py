"""``fairlead calendars``, ``absences``, ``presence`` and ``tenant`` against a real service, as a user runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.clients.arranging import RULES, Restartable, fairlead, tried

SHANGHAI = """\
calendars:
  shanghai:
    name: 上海
    time_zone: Asia/Shanghai
    weekly: {mon-fri: [09:00-12:00, 13:00-18:00]}
  night:
    time_zone: Asia/Shanghai
    weekly:
      sun-thu: 22:00-06:00
    exceptions:
      2026-12-24: {name: Christmas Eve}
"""


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own."""
    return ("--server", shared.address, "--tenant", request.node.name.partition("[")[0][-60:])


def written(folder: Path, text: str) -> str:
    file = folder / "calendars.yaml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_calendar_is_loaded_gets_its_countrys_days_and_is_drawn(at: tuple[str, ...], tmp_path: Path) -> None:
    file = written(tmp_path, SHANGHAI)
    fairlead("calendars", "load", file, *at)
    imported = fairlead("calendars", "import", "shanghai", "--country", "CN", "--years", "2026-2027", *at)
    fairlead("calendars", "load", file, *at)

    drawn = fairlead("calendars", "show", "shanghai", "--from", "2026-09-28", *at)
    next_year = fairlead("calendars", "show", "shanghai", "--from", "2026-12-30", *at)
    listed = fairlead("calendars", "list", *at)

    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in drawn.splitlines() if line.strip()}
    assert imported.endswith("exceptions, 47 new or changed; its days are official until 2026-12-31\n")
    assert "+ 2026-10-10 Sat 09:00-12:00, 13:00-18:00: 调休上班, make-up workday 调休\n" in imported
    assert lines["2026-09-30"] == "Wed 09:00-12:00, 13:00-18:00"
    assert lines["2026-10-01"] == "Thu closed 国庆节"
    assert lines["2026-10-10"].endswith("Sat 09:00-12:00, 13:00-18:00 调休上班, make-up workday 调休")
    assert lines["2026-10-11"] == "Sun off"
    assert "its days are official until 2026-12-31" in drawn
    assert "not official yet" in next_year
    assert "2 calendars" in listed


@pytest.mark.parametrize(
    ("before", "after", "place", "says"),
    [
        ("22:00-06:00", "22:00 to 6", "9:16", "found '22:00 to 6'; allowed are hours such as 09:00"),
        ("sun-thu", "sun-thr", "9:7", "found 'sun-thr'; allowed are mon, tue"),
        ("  night:", "  shanghai:", "6:3", "shanghai"),
        ("name: Christmas Eve", "nmae: Eve", "11:20", "unknown key 'nmae'; allowed are hours, name"),
        ("22:00-06:00", "[22:00-06:00, 05:00-08:00]", "9:30", "tue 05:00-08:00 overlaps mon 22:00-06:00"),
        ("22:00-06:00", "22:00-22:00", "9:16", "00:00-24:00 for a whole day"),
        ("2026-12-24", "2026-02-30", "11:7", "found '2026-02-30'; a date such as 2026-10-10 is expected"),
        ("night:\n    time_zone: Asia/Shanghai", "night:\n    time_zone: Asia/Shanghia", "7:16", "allowed is a zone"),
        ("night:\n    time_zone: Asia/Shanghai", "night:", "7:5", "must be a zone of the IANA list"),
        ("  night:", "  night shift:", "6:3", "holds ' '"),
        ("{name: Christmas Eve}", "{name: " + "x" * 300 + "}", "11:19", "300 characters: at most 256"),
    ],
)
def test_a_problem_is_named_with_its_place_and_nothing_is_written(
    at: tuple[str, ...], tmp_path: Path, before: str, after: str, place: str, says: str
) -> None:
    assert before in SHANGHAI
    file = written(tmp_path, SHANGHAI.replace(before, after))

    status, printed = tried("calendars", "load", file, *at)

    assert (status, f"{file}:{place} error: " in printed, says in printed) == (2, True, True), printed
    assert "0 calendars" in fairlead("calendars", "list", *at)


def test_leave_presence_and_the_tenant_are_on_the_tenants_clocks(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("calendars", "load", written(tmp_path, SHANGHAI), *at)
    reps = tmp_path / "reps.csv"
    reps.write_text("id,calendar,manager\nann,shanghai,\nbo,night,ann\n", "utf-8")
    fairlead("workforce", "load", "--reps", str(reps), *at)

    said = fairlead("tenant", "set", "--time-zone", "Asia/Shanghai", "--calendar", "shanghai", *at)
    added = fairlead("absences", "add", "bo", "--from", "2026-10-08", "--back", "2026-10-12T09:30", *at)
    away = fairlead("presence", "away", "ann", "--until", "2096-01-01T10:00", *at)
    listed = fairlead("absences", "list", *at)
    in_utc = fairlead("absences", "list", "--utc", *at)
    there = fairlead("presence", "list", *at)
    status, used = tried("calendars", "delete", "night", *at)
    fairlead("absences", "delete", "bo", "2026-10-08", *at)
    fairlead("presence", "back", "ann", *at)
    fairlead("workforce", "export", str(tmp_path / "staff"), *at)

    assert said.endswith(": Asia/Shanghai, calendar shanghai, reopened within 30 days\n")
    assert added == "bo/2026-10-08: from 2026-10-08 00:00 to 2026-10-12 09:30 (Asia/Shanghai)\n"
    assert away == "ann: away until 2096-01-01 10:00 (Asia/Shanghai)\n"
    assert "2026-10-12 09:30+08:00" in listed
    assert "2026-10-12 01:30+00:00" in in_utc
    assert "1 away; times of Asia/Shanghai" in there
    assert "2096-01-01 10:00+08:00" in there
    assert (status, "is the calendar of rep bo: give them another first" in used) == (1, True)
    assert "0 away" in fairlead("presence", "list", *at)
    assert "ann,,true,shanghai," in (tmp_path / "staff" / "reps.csv").read_text("utf-8-sig")
    again = fairlead("workforce", "load", "--reps", str(tmp_path / "staff" / "reps.csv"), *at)
    assert "nothing changes" in again


def test_absences_of_a_table_are_entered_on_the_tenants_clocks_or_none_is(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("tenant", "set", "--time-zone", "Asia/Shanghai", *at)
    reps, leave = tmp_path / "reps.csv", tmp_path / "leave.csv"
    reps.write_text("id,name\nann,Ann Lee\n", "utf-8")
    fairlead("workforce", "load", "--reps", str(reps), *at)

    leave.write_text("销售,开始,返岗,原因\nann,2026-10-08,2026-10-12,探亲\nzoe,2026-10-08,2026-10-12,\n", "utf-8")
    status, refused = tried("absences", "load", str(leave), *at)
    nobody = fairlead("absences", "list", *at)
    leave.write_text("rep,from,back\nann,2026-10-12,2026-10-08\n", "utf-8")
    backwards = tried("absences", "load", str(leave), *at)
    leave.write_text("rep,from,back\nann,2026年10月8日,2026-10-12 09:30\nAnn Lee,2026/11/1,2026-11-02\n", "utf-8")
    said = fairlead("absences", "load", str(leave), *at)
    listed = fairlead("absences", "list", "ann", *at)

    assert (status, f"{leave}:3: column 销售: there is no rep 'zoe'" in refused) == (2, True), refused
    assert "0 absences" in nobody
    assert (backwards[0], "column back: found" in backwards[1]) == (2, True), backwards[1]
    assert said.endswith("2 absences written\n")
    assert "2026-10-08 00:00" in listed
    assert "2026-10-12 09:30" in listed


@pytest.mark.long
def test_a_substitute_is_named_by_a_column_or_an_option_and_what_stays_is_shown(
    at: tuple[str, ...], shared: Restartable, tmp_path: Path
) -> None:
    reps, leave = tmp_path / "reps.csv", tmp_path / "leave.csv"
    reps.write_text("id,name,active\nann,Ann Lee,true\nbo,薄熙,false\ncy,,true\ndi,,true\n", "utf-8")
    fairlead("workforce", "load", "--reps", str(reps), *at)
    with shared.client(at[-1]) as client:
        client.upsert_pool("team", {"ann": 1.0})
        client.publish_rules(RULES)
        client.route({}, source="crm", external_id="L-1")

    leave.write_text("rep,from,back,代理人\nann,2026-01-01,2096-01-01,薄熙\ncy,2026-01-01,2026-01-02,\n", "utf-8")
    fairlead("absences", "load", str(leave), *at)
    listed = fairlead("absences", "list", *at)
    shown = fairlead("absences", "show", "ann", "2026-01-01", *at)
    in_chinese = fairlead("absences", "show", "ann", "2026-01-01", "--language", "zh", *at)
    added = fairlead(
        "absences", "add", "cy", "--from", "2096-01-02", "--back", "2096-01-03", "--substitute", "ann", *at
    )
    fairlead("absences", "add", "ann", "--from", "2096-01-02", "--back", "2096-01-04", "--substitute", "di", *at)
    passed_on = [
        fairlead("absences", "show", "cy", "2096-01-02", "--language", language, *at) for language in ("en", "zh")
    ]
    leave.write_text("rep,from,back,substitute\nann,2026-01-01,2096-01-01,eve\n", "utf-8")
    refused = tried("absences", "load", str(leave), *at)
    themselves = tried(
        "absences", "add", "cy", "--from", "2096-01-02", "--back", "2096-01-03", "--substitute", "cy", *at
    )

    assert "bo" in next(line for line in listed.splitlines() if " ann " in line)
    assert shown == (
        "ann is on leave from 2026-01-01 00:00 to 2096-01-01 00:00 (UTC); nobody can stand in, bo is named\n"
        "Work items that are not with whom they would be by the leaves of today: 1\n"
        "  crm~L-1: whoever is to get it is inactive\n"
    )
    assert in_chinese.splitlines()[1:] == ["没有按休假安排移交的工作项：1 个", "  crm~L-1：应接手的人已停用"]
    assert added == "cy/2096-01-02: from 2096-01-02 00:00 to 2096-01-03 00:00 (UTC); ann stands in\n"
    assert passed_on == [
        "cy is on leave from 2096-01-02 00:00 to 2096-01-03 00:00 (UTC); di stands in, in place of ann\n",
        "cy 休假：2096-01-02 00:00 至 2096-01-03 00:00（UTC），由 di 代替 ann 代理\n",
    ]
    assert (refused[0], "column substitute: there is no rep 'eve'" in refused[1]) == (2, True), refused
    assert (themselves[0], "cy → cy: at one time" in themselves[1]) == (1, True), themselves


def test_a_zone_that_is_named_is_the_one_absences_are_read_in_utc_too(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("tenant", "set", "--time-zone", "Asia/Shanghai", *at)
    reps, leave = tmp_path / "reps.csv", tmp_path / "leave.csv"
    reps.write_text("id\nann\n", "utf-8")
    leave.write_text("rep,from,back\nann,2026-10-08,2026-10-12\n", "utf-8")
    fairlead("workforce", "load", "--reps", str(reps), *at)

    fairlead("absences", "load", str(leave), "--timezone", "UTC", *at)

    assert "2026-10-08 08:00" in fairlead("absences", "list", *at)


def test_a_column_that_may_be_the_last_day_of_leave_is_not_taken_for_the_first_at_work(
    at: tuple[str, ...], tmp_path: Path
) -> None:
    leave = tmp_path / "leave.csv"
    leave.write_text("销售,开始,结束\nann,2026-10-08,2026-10-11\n", "utf-8")

    status, refused = tried("absences", "load", str(leave), *at)

    assert (status, "found no column of back; allowed: back, end_time, 返岗" in refused) == (2, True), refused


def feed_of(*days: tuple[str, str], name: str = "") -> str:
    events = "".join(f"BEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nSUMMARY:{title}\nEND:VEVENT\n" for day, title in days)
    called = f"X-WR-CALNAME:{name}\n" if name else ""
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{called}{events}END:VCALENDAR\n"


def test_a_later_state_of_a_file_takes_its_former_days_back_and_no_others(at: tuple[str, ...], tmp_path: Path) -> None:
    own = "    exceptions: {2026-03-02: {name: company's day}}\n"
    fairlead("calendars", "load", written(tmp_path, SHANGHAI.partition("  night:")[0] + own), *at)
    feed = tmp_path / "feed.ics"
    feed.write_text(feed_of(("20260501", "放假"), ("20260504", "放假"), name="公司日历"), "utf-8")
    fairlead("calendars", "import", "shanghai", str(feed), "--years", "2026", *at)
    feed.write_text(feed_of(("20260601", "团建放假"), name="别的日历"), "utf-8")
    fairlead("calendars", "import", "shanghai", str(feed), "--years", "2026", *at)
    feed.write_text(feed_of(("20260501", "放假"), ("20260505", "放假"), name="公司日历"), "utf-8")

    again = fairlead("calendars", "import", "shanghai", str(feed), "--years", "2026", *at)

    assert again.startswith(
        "+ 2026-05-05 Tue closed: 放假\n- 2026-05-04 Mon closed: 放假\n"
        "shanghai: 4 exceptions, 1 new or changed, 1 gone;"
    )


def test_an_import_prints_the_days_that_it_changes_and_is_refused_where_it_brings_none(
    at: tuple[str, ...], tmp_path: Path
) -> None:
    fairlead("calendars", "load", written(tmp_path, SHANGHAI), *at)
    feed = tmp_path / "feed.ics"
    feed.write_text(feed_of(("20260105", "小寒")), "utf-8")

    tried_out = fairlead("calendars", "import", "shanghai", str(feed), "--years", "2026", "--dry-run", *at)
    status, other_year = tried("calendars", "import", "shanghai", str(feed), "--years", "2020", *at)

    assert tried_out.startswith("+ 2026-01-05 Mon closed: 小寒\nshanghai: 1 exception, 1 new or changed;")
    assert tried_out.endswith("; nothing is written\n")
    assert (
        status,
        "found events that begin in 2026: no day of 2020 changes; expected: whole days" in other_year,
    ) == (
        1,
        True,
    ), other_year


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 2, "feed.ics: it is empty; expected: an .ics file of one calendar"),
        (b"x" * 20_000_000, 2, "feed.ics: 20,000,000 bytes; at most 1,048,576"),
        (
            feed_of(("20260501", "放假")).encode("gb18030"),
            1,
            "line 5 holds the byte 0xb7, which is not UTF-8; expected: the",
        ),
        (b"<!DOCTYPE html>\n<html>", 1, "line 1 is none of an .ics file: '<!DOCTYPE html>'; expected: an .ics file of"),
        (feed_of().encode(), 1, "found no event: no day of 2026 changes; expected: whole days"),
        (None, 2, "is a directory"),
    ],
)
def test_what_is_no_file_of_days_is_refused_with_what_was_expected(
    at: tuple[str, ...], tmp_path: Path, content: bytes | None, status: int, says: str
) -> None:
    fairlead("calendars", "load", written(tmp_path, SHANGHAI), *at)
    feed = tmp_path / "feed.ics"
    feed.mkdir() if content is None else feed.write_bytes(content)

    refused = tried("calendars", "import", "shanghai", str(feed), "--years", "2026", *at)

    assert (refused[0], says in refused[1]) == (status, True), refused[1]


def test_an_import_of_apples_days_goes_by_its_marks_and_names_what_it_passed_over(
    at: tuple[str, ...], tmp_path: Path
) -> None:
    fairlead("calendars", "load", written(tmp_path, SHANGHAI), *at)
    feed = tmp_path / "feed.ics"
    events = (("20261010", "国庆节", "\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"), ("20260105", "小寒", ""))
    feed.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\n"
        + "".join(
            f"BEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nSUMMARY:{title}{mark}\nEND:VEVENT\n"
            for day, title, mark in events
        )
        + "END:VCALENDAR\n",
        "utf-8",
    )

    said = fairlead("calendars", "import", "shanghai", str(feed), "--years", "2026", *at)

    assert said.startswith(
        "+ 2026-10-10 Sat 09:00-12:00, 13:00-18:00: 国庆节, make-up workday 调休\n"
        "1 event changes no day, without X-APPLE-SPECIAL-DAY: 小寒\n"
        "shanghai: 1 exception, 1 new or changed;"
    )


def test_rules_are_tested_with_the_calendars_and_leave_of_a_running_service(
    at: tuple[str, ...], tmp_path: Path
) -> None:
    fairlead("calendars", "load", written(tmp_path, SHANGHAI), *at)
    fairlead("tenant", "set", "--time-zone", "Asia/Shanghai", *at)
    (tmp_path / "reps.csv").write_text("id,calendar,pools\nann,shanghai,east\nbo,shanghai,east\n", "utf-8")
    fairlead("workforce", "load", "--reps", str(tmp_path / "reps.csv"), *at)
    fairlead("absences", "add", "bo", "--from", "2026-10-12", "--back", "2026-10-13", *at)
    rules, others = tmp_path / "rules.yaml", tmp_path / "tests.yaml"
    rules.write_text(
        "fields: {}\nrules: []\ndefault: {route: {pool: east, hours: wait}}\n"
        "tests: [{name: on Monday, item: {}, at: '2026-10-12T10:00', expect: {eligible: [ann]}}]\n",
        "utf-8",
    )
    others.write_text(
        "tests: [{name: at night, item: {}, at: '2026-10-13T22:00', expect: {outcome: WAITING}},"
        " {name: at noon, item: {}, at: '2026-10-13T12:30', expect: {eligible: [ann]}}]\n",
        "utf-8",
    )

    own = fairlead("rules", "test", str(rules), *at)
    status, printed = tried("rules", "test", str(rules), "--tests", str(others), *at)
    without, _ = tried("rules", "test", str(rules))

    assert own == "ok     on Monday\n1 passed, 0 failed\n"
    assert (status, printed.startswith("ok     at night\nFAILED at noon\n")) == (1, True), printed
    assert without == 1
