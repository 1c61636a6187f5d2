"""Dates and instants as exports write them; which of day and month stands first, the column tells.

`Dates` notes what each text could be. Times without a zone are of the zone that is given; a date alone is its midnight
in UTC, whatever the zone: what rules compare it with is written the same way. Who reads instants and no days says in
which zone a date is its midnight.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

import pyarrow as pa
import pyarrow.compute as pc

from tables.options import DAY_FIRST, MONTH_FIRST, SERIAL, YEAR_FIRST

_TIME = (
    r"(?:[Tt\s,]\s*(?P<noon>[上下]午\s?)?(?P<hour>[0-9]{1,2})[:时](?P<minute>[0-9]{1,2})分?"
    r"(?::?(?P<second>[0-9]{1,2})(?:[.,](?P<part>[0-9]{1,9}))?秒?)?"
    r"\s?(?P<half>[AaPp]\.?[Mm]\.?)?\s?(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            *("january januar jänner jan jän", "february februar feber feb", "march märz maerz mar mär mrz"),
            *("april apr", "may mai", "june juni jun", "july juli jul", "august aug", "september sept sep"),
            *("october oktober oct okt", "november nov", "december dezember dec dez"),
        ),
        1,
    )
    for name in names.split()
}
"""Months in English and German, whole or shortened as is usual; what only begins like one is none."""
_NAME = r"(?P<name>[A-Za-zÄä]{3,9})\.?"
_YEAR_FIRST = re.compile(
    rf"(?P<a>[0-9]{{4}})(?P<gap>[-/.年])(?P<b>[0-9]{{1,2}})(?:(?P=gap)|月)(?P<c>[0-9]{{1,2}})日?{_TIME}"
)
_COMPACT = re.compile(rf"(?P<a>(?:19|20)[0-9]{{2}})(?P<b>[0-9]{{2}})(?P<c>[0-9]{{2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(?P<a>[0-9]{{1,2}})(?P<gap>[-/.])(?P<b>[0-9]{{1,2}})(?P=gap)(?P<c>[0-9]{{4}}){_TIME}")
_DAY_NAMED = re.compile(rf"(?P<a>[0-9]{{1,2}})[-\s/.]\s?{_NAME}[-\s/,.]\s?(?P<c>[0-9]{{4}}){_TIME}")
_MONTH_NAMED = re.compile(rf"{_NAME}\s(?P<a>[0-9]{{1,2}}),?\s(?P<c>[0-9]{{4}}){_TIME}")
_GAP = re.compile(r"[-/.]")
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)?$"
"""What Arrow casts by itself."""
MAY_BE = (
    r"^(?:[0-9]{4}[-/.年][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}|[0-9]{8}|[1-9][0-9]{4}(?:\.[0-9]+)?$|"
    r"[0-9]{1,2}[-\s/.]\s?[A-Za-zÄä]{3,9}|[A-Za-zÄä]{3,9}\.?\s[0-9]{1,2},?\s[0-9]{4}|[０-９])"
)
_VAGUE = (
    r"^(?:(?:19|20)[0-9]{2}[-/.年]\s?[0-9]{1,2}月?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}|"
    rf"[0-9]{{1,2}}[-. ] ?(?i:{'|'.join(_MONTHS)})[-., ]+[0-9]{{2}})(?:$|[ T,])"
)
_NOONS = {"": "", "上": "a", "下": "p"}
_EXCEL_EPOCH = datetime(1899, 12, 30)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def orders_of(text: str, days: tzinfo = UTC) -> dict[str, datetime]:
    """Read a trimmed text as a date in every order that it fits; a time without a zone where it names none.

    Parameters
    ----------
    days
        The zone in which a date alone is its midnight.

    Examples
    --------
    >>> orders_of("2024年5月1日")
    {'YMD': datetime.datetime(2024, 5, 1, 0, 0, tzinfo=datetime.timezone.utc)}
    >>> list(orders_of("01.02.2024")), list(orders_of("13.02.2024")), list(orders_of("45413"))
    (['DMY', 'MDY'], ['DMY'], ['serial'])
    """
    text = text.translate(_FULL_WIDTH)
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _read({YEAR_FIRST: ("a", "b", "c")}, found, days)
    if found := _YEAR_LAST.fullmatch(text):
        return _read({DAY_FIRST: ("c", "b", "a"), MONTH_FIRST: ("c", "a", "b")}, found, days)
    if found := _DAY_NAMED.fullmatch(text) or _MONTH_NAMED.fullmatch(text):
        # the month is a word: whichever order the others have
        return _read(dict.fromkeys((YEAR_FIRST, DAY_FIRST, MONTH_FIRST), ("c", "name", "a")), found, days)
    if _SERIAL.fullmatch(text):
        moment = _EXCEL_EPOCH + timedelta(seconds=round(float(text) * 86_400))
        return {SERIAL: moment if float(text) % 1 else moment.replace(tzinfo=days)}
    return {}


def _read(orders: dict[str, tuple[str, str, str]], found: re.Match[str], days: tzinfo) -> dict[str, datetime]:
    read = {order: _moment(found, *groups, days) for order, groups in orders.items()}
    return {order: moment for order, moment in read.items() if moment is not None}


def _moment(found: re.Match[str], year: str, month: str, day: str, days: tzinfo) -> datetime | None:
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()[:1] or _NOONS[(found["noon"] or "")[:1]]
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    part = int((found["part"] or "").ljust(6, "0")[:6])
    named = found[month]
    try:
        number = int(named) if named.isdigit() else _MONTHS[named.lower()]
        moment = datetime(
            int(found[year]), number, int(found[day]), hour, int(found["minute"] or 0), int(found["second"] or 0), part
        )
        if not found["hour"]:
            return moment.replace(tzinfo=days)  # a date alone: in UTC that of a calendar, whatever the zone
        return moment if not found["zone"] else moment.replace(tzinfo=_offset(found["zone"]))
    except (ValueError, KeyError):
        return None


def _offset(zone: str) -> tzinfo:
    if zone in ("Z", "z", "UTC", "GMT"):
        return UTC
    return datetime.strptime(zone.replace(":", ""), "%z").tzinfo or UTC


@dataclass(slots=True)
class Dates:
    """What the texts of a column could be as dates.

    Parameters
    ----------
    n_dates
        Texts that are a date in some order, serial numbers not counted.
    n_serials
        Texts that could be Excel's count of days.
    only
        By order: texts that are a date in it alone, and the first of them.
    either
        The first text that is a date in two orders.
    doubtful, told
        By what stands between day and month: the first such text, and the order that another one tells.
    """

    n_dates: int = 0
    n_serials: int = 0
    only: dict[str, tuple[int, str]] = field(default_factory=dict)
    either: str = ""
    doubtful: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    without_zone: str = ""

    def see(self, texts: pa.Array) -> None:
        """Note texts, trimmed and without null."""
        iso = pc.match_substring_regex(texts, _ISO)
        if n_iso := pc.sum(iso).as_py() or 0:
            self.n_dates += n_iso
            self._note_only(YEAR_FIRST, texts.filter(iso)[0].as_py(), n_iso)
            self.without_zone = self.without_zone or texts.filter(iso)[0].as_py()
        rest = texts.filter(pc.invert(iso))
        for text in rest.filter(pc.match_substring_regex(rest, MAY_BE)).to_pylist():
            self._see_one(text)

    def _see_one(self, text: str) -> None:
        orders = orders_of(text)
        if SERIAL in orders:
            self.n_serials += 1
            return
        if not orders:
            return
        self.n_dates += 1
        if next(iter(orders.values())).tzinfo is None:
            self.without_zone = self.without_zone or text
        if len(orders) == 1:
            self._note_only(next(iter(orders)), text, 1)
            self.told.setdefault(_gap(text), next(iter(orders)))
        elif len(set(orders.values())) > 1:
            self.either = self.either or text
            self.doubtful.setdefault(_gap(text), text)

    def _note_only(self, order: str, text: str, count: int) -> None:
        before, first = self.only.get(order, (0, ""))
        self.only[order] = before + count, first or text

    def order(self) -> str:
        """Return the order of day, month and year where the year does not stand first; empty: texts allow two, or
        prove both.

        Where it stands first there is but one reading, whatever the column holds beside.
        """
        day, month = (self.only.get(order, (0, ""))[0] for order in (DAY_FIRST, MONTH_FIRST))
        if self.n_serials > self.n_dates:
            return SERIAL
        if day and month:
            return ""
        untold = [text for gap, text in self.doubtful.items() if gap not in self.told]
        if untold and (day or month):
            self.either = untold[0]  # 01.05.2024 beside 05/13/2024: two programs wrote them
            return ""
        if day or month:
            return DAY_FIRST if day else MONTH_FIRST
        return "" if self.either else YEAR_FIRST


def _gap(text: str) -> str:
    """Return what stands between day and month."""
    found = _GAP.search(text)
    return found[0] if found else ""


def read_dates(texts: pa.Array, order: str, zone: tzinfo, days: tzinfo = UTC) -> pa.Array:
    """Read texts, trimmed and null where missing, as timestamps in UTC; null where one is no date.

    Parameters
    ----------
    order
        One of `ORDERS`, or a format of ``strptime``.
    days
        The zone in which a date alone is its midnight.
    """
    if (
        zone is days is UTC
        and order in (YEAR_FIRST, DAY_FIRST, MONTH_FIRST)
        and pc.all(pc.match_substring_regex(texts, _ISO)).as_py() is not False
    ):
        try:
            return pc.cast(pc.cast(texts, pa.timestamp("us")), pa.timestamp("us", tz="UTC"))
        except pa.ArrowInvalid:  # the thirtieth of February
            pass
    different = texts.dictionary_encode()
    read = _by_format(order) if "%" in order else _by_order(order, days)
    moments = [read(text) for text in different.dictionary.to_pylist()]
    known = [moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone) for moment in moments]
    return pa.array(known, pa.timestamp("us", tz="UTC")).take(different.indices)


def n_vague(texts: pa.Array) -> int:
    """Count texts that are dates of which no instant can be told: a month of a year, a year of two digits.

    Examples
    --------
    >>> n_vague(pa.array(["2024-05", "01/02/24", "3-May-24", "2024-05-01", "1-12", None]))
    3
    """
    return pc.sum(pc.match_substring_regex(texts, _VAGUE)).as_py() or 0


def advice(text: str, *, of_most: bool = True) -> list[str]:
    """Return the option that reads dates such as a text; that of a pattern, where none is known.

    Parameters
    ----------
    of_most
        Whether most of the column is such; else an order that reads these would lose the most, and none is advised.

    Examples
    --------
    >>> advice("05/14/24"), advice("01.05.24"), advice("45413.0")
    (['--date-format %m/%d/%y'], ['--date-format %d.%m.%y or %m.%d.%y'], ['--date-format serial'])
    >>> advice("2026-01-02"), advice("45413.0", of_most=False)
    (['--date-format YMD'], [])
    >>> advice("1714521600")
    ['--date-format with a pattern such as %d.%m.%y %H:%M']
    """
    if orders := orders_of(text):
        return [f"--date-format {' or '.join(orders)}"] if of_most else []
    if short := re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2[0-9]{2}", text):
        fits = [order for order, month in (("%d %m %y", short[3]), ("%m %d %y", short[1])) if int(month) <= 12]
        return [f"--date-format {' or '.join(order.replace(' ', short[2]) for order in fits or ['%y %m %d'])}"]
    return ["--date-format with a pattern such as %d.%m.%y %H:%M"]


def _by_order(order: str, days: tzinfo) -> Callable[[str], datetime | None]:
    def read(text: str) -> datetime | None:
        orders = orders_of(text, days)
        if order != SERIAL and (YEAR_FIRST in orders or len(orders) > len(set(orders.values()))):
            return next(iter(orders.values()))  # the year stands first, or it makes no difference
        return orders.get(order)

    return read


def _by_format(form: str) -> Callable[[str], datetime | None]:
    def read(text: str) -> datetime | None:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            return None

    return read
