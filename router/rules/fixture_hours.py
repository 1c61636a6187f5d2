"""When the people of rule tests work, as written → calendars and absences."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.calendars import Absence, Calendar
from router.rules.calendars import CalendarCompiler
from router.rules.forms import AbsenceForm, WorkforceForm
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.values import INSTANT_ALLOWED, as_instant_ms


class HoursCompiler:
    """Compiles when the people of one document's tests work; what is wrong goes to the report."""

    def __init__(self, form: WorkforceForm, report: Report) -> None:
        self._form = form
        self._report = report
        self._compiler = CalendarCompiler(report)
        self.time_zone = self._compiler.zone(form.time_zone or "UTC", ("workforce", "time_zone"))

    def calendars(self) -> Mapping[str, Calendar]:
        """Compile the calendars, by id."""
        return {
            id_: self._compiler.calendar(id_, form, ("workforce", "calendars", id_), self.time_zone)
            for id_, form in self._form.calendars.items()
        }

    def absences(self) -> Mapping[str, Absence]:
        """Compile the absences, by id."""
        made = (
            self._absence(f"{rep}/{number}", form, ("workforce", "absences", rep, number))
            for rep, forms in self._form.absences.items()
            for number, form in enumerate(forms)
        )
        for rep in self._form.absences:
            if rep not in self._form.reps:
                fault = f"there is no rep {shown(rep)} among the workforce's reps"
                self._report.error(("workforce", "absences", rep), fault, of_key=True)
        return {absence.id: absence for absence in made if absence is not None}

    def calendar_of(self, name: object, path: Path) -> str:
        """Return the name of a calendar at a path; empty for none."""
        if name is None:
            return ""
        if not isinstance(name, str) or name not in self._form.calendars:
            there = known_names(self._form.calendars)
            self._report.error(path, f"there is no calendar {shown(name)} among the workforce's calendars: {there}")
        return str(name)

    def _absence(self, id_: str, form: AbsenceForm, path: Path) -> Absence | None:
        start = self._instant(form.start, (*path, "start"))
        end = self._instant(form.end, (*path, "end"))
        if start is None or end is None:
            return None
        if end <= start:
            self._report.error((*path, "end"), f"found {shown(form.end)}; it must lie behind {form.start}")
        return Absence(id_, start, end)

    def _instant(self, text: str, path: Path) -> int | None:
        at_ms = as_instant_ms(text, self.time_zone)
        if at_ms is None:
            self._report.error(path, f"found {shown(text)}; {INSTANT_ALLOWED} is expected")
        return at_ms
