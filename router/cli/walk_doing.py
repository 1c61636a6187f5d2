"""What the rows of a walk do, as a program does it: by calls of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import calendars_pb2 as calendars
from router.cli.calendar_files import in_file
from router.cli.lengths import length_of
from router.cli.walk_files import WalkStep
from router.cli.walk_forms import (
    AcceptForm,
    ActivityForm,
    AdvanceForm,
    CompleteForm,
    DecideForm,
    DeclineForm,
    PauseForm,
    PresenceForm,
    ReassignForm,
    ReopenForm,
    ResumeForm,
    SurveyAnswerForm,
    UpdateForm,
    WalkAbsenceForm,
    WalkRouteForm,
)
from router.cli.walk_items import WalkItems
from router.rules.calendars import CalendarCompiler
from router.rules.forms import CalendarForm
from rules.document import Document
from rules.report import Report
from rules.values import as_instant_ms

OK = "OK"


class Ended(NamedTuple):
    """How something ended: the status code, ``OK`` where it did well, and what was said."""

    code: str = OK
    text: str = ""


class WalkDeeds:
    """Does what rows say.

    Parameters
    ----------
    client, items
        Of the tenant.
    zone
        Of times that name none.
    """

    def __init__(self, client: FairleadClient, items: WalkItems, zone: str) -> None:
        self._client = client
        self._items = items
        self._zone = zone
        self._offers: dict[str, int] = {}
        self._verbs: Mapping[str, Callable[[Any], object]] = {
            "route": self._route, "activity": self._activity, "advance": self._advance, "update": self._update,
            "complete": self._complete, "reopen": self._reopen, "reassign": self._reassign, "accept": self._accept,
            "decline": self._decline, "approve": self._approve, "reject": self._reject, "pause": self._pause,
            "resume": self._resume, "satisfaction": self._satisfaction, "presence": self._presence,
            "absence": self._absence, "calendar": self._calendar,
        }  # fmt: skip

    def do(self, step: WalkStep) -> Ended:
        """Do what a row says, if anything."""
        if not step.verb:
            return Ended()
        try:
            self._verbs[step.verb](step.done)
        except FairleadError as error:
            details = [f"{violation.field}: {violation.description}" for violation in error.violations]
            return Ended(error.code.name, "; ".join([error.message, *details]))
        return Ended()

    def _route(self, form: WalkRouteForm) -> None:
        decision = self._client.route(
            form.attributes,
            kind=form.kind,
            source=form.source,
            external_id=form.id,
            value=form.value,
            priority=form.priority,
        )
        self._items.came(form.id, decision.work_item)

    def _activity(self, form: ActivityForm) -> None:
        self._client.record_activity(
            self._items.name(form.item),
            form.kind,
            form.direction or ("INTERNAL" if form.kind == "NOTE" else "OUTBOUND"),
            rep=form.rep or "",
            automatic=form.by == "service",
            outcome=form.outcome,
            duration=length_of(form.duration),
            note=form.note,
            next_time=self._instant(form.next),
            next_step=form.next_step,
        )

    def _advance(self, form: AdvanceForm) -> None:
        self._client.advance(self._items.name(form.item), form.stage, form.attributes, note=form.note)

    def _update(self, form: UpdateForm) -> None:
        name = self._items.name(form.item)
        self._client.update(name, form.attributes, value=form.value, priority=form.priority)

    def _complete(self, form: CompleteForm) -> None:
        self._client.complete(self._items.name(form.item), form.resolution)

    def _reopen(self, form: ReopenForm) -> None:
        self._client.reopen(self._items.name(form.item), form.reason)

    def _reassign(self, form: ReassignForm) -> None:
        self._client.reassign(self._items.name(form.item), form.rep or "", note=form.note)

    def _accept(self, form: AcceptForm) -> None:
        self._client.accept_work_item(*self._offer(form.item), form.rep)

    def _decline(self, form: DeclineForm) -> None:
        self._client.decline_work_item(*self._offer(form.item), form.rep, form.reason)

    def _offer(self, item: str) -> tuple[str, int]:
        """Return a work item's name and the number of its offer, which is open or was the last."""
        found = self._client.get_work_item(self._items.name(item))
        if found.HasField("offer"):
            self._offers[item] = found.offer.number
        return found.name, self._offers.get(item, 1)

    def _approve(self, form: DecideForm) -> None:
        self._client.approve(self._items.name(form.item), form.rep, form.reason)

    def _reject(self, form: DecideForm) -> None:
        self._client.reject(self._items.name(form.item), form.rep, form.reason)

    def _pause(self, form: PauseForm) -> None:
        until = datetime.fromtimestamp(self._ms(form.until) / 1000, UTC) if form.until else None
        self._client.pause(self._items.name(form.item), form.reason, until)

    def _resume(self, form: ResumeForm) -> None:
        self._client.resume(self._items.name(form.item))

    def _satisfaction(self, form: SurveyAnswerForm) -> None:
        name = self._items.name(form.item)
        self._client.record_satisfaction(name, csat=form.csat, nps=form.nps, comment=form.comment)

    def _presence(self, form: PresenceForm) -> None:
        if form.away:
            self._client.set_away(form.rep, self._instant(form.until))
        else:
            self._client.set_available(form.rep)

    def _absence(self, form: WalkAbsenceForm) -> None:
        start, end = (datetime.fromtimestamp(self._ms(text) / 1000, UTC) for text in (form.start, form.end))
        self._client.upsert_absence(form.rep, f"{start:%Y-%m-%dT%H-%M}", start, end, substitute=form.substitute or "")

    def _calendar(self, forms: Mapping[str, CalendarForm]) -> None:
        for name, form in forms.items():
            compiled = CalendarCompiler(Report(Document())).calendar(
                name, form, ()
            )  # the reader had no problem with it
            edited = in_file(form, compiled)
            if "exceptions" in edited.mask:
                _keep_others(edited.message, self._client.get_calendar(name))
            self._client.upsert_calendar(edited.message, mask=edited.mask)

    def _instant(self, text: str) -> datetime | None:
        return datetime.fromtimestamp(self._ms(text) / 1000, UTC) if text else None

    def _ms(self, text: str) -> int:
        at_ms = as_instant_ms(text, self._zone)
        assert at_ms is not None  # the reader had no problem with it
        return at_ms


def _keep_others(edited: calendars.Calendar, before: calendars.Calendar) -> None:
    """Keep the exceptions of the dates that an edit does not name."""
    named = {exception.date for exception in edited.exceptions}
    kept = [exception for exception in before.exceptions if exception.date not in named]
    merged = sorted([*edited.exceptions, *kept], key=lambda exception: exception.date)
    del edited.exceptions[:]
    edited.exceptions.extend(merged)
