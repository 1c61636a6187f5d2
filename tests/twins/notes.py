"""``router.deadlines.ports.Notes`` in memory."""

from __future__ import annotations

from dataclasses import replace

from router.assignment.commands import Refusal
from router.deadlines.ports import NoteCommand
from router.model.errors import NotFound
from router.model.events import OF_CLOSED, Note, Noted
from router.model.workitem import CLOSED_STATES
from router.process.definition.tasks import CSAT, NPS
from tests.twins.tenants import Tenant, Tenants, opened_in


class MemoryNotes(Tenants):
    """Notes, as events."""

    async def note(self, tenant: str, command: NoteCommand, *, preview: bool = False) -> Noted | Refusal:
        """Write a note; see ``router.deadlines.ports.Notes``."""
        state = self._tenants[tenant]
        repeated = state.requests.get(command.request_id) if command.request_id else None
        if repeated is not None:
            fingerprint, event = repeated
            is_same = fingerprint == command.fingerprint and isinstance(event, Noted)
            return opened_in(state, event) if is_same else Refusal.REQUEST_ID_REUSED  # type: ignore[type-var, return-value]
        record = state.projection.items.get(command.item_id)
        if record is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{command.item_id}")
        if record.event != command.expected or _is_outdated(state, command):
            return Refusal.CONFLICT
        if record.state in CLOSED_STATES and command.note not in OF_CLOSED:
            return Refusal.CLOSED
        noted = Noted(
            len(state.events) + 1, record.item_id, record.kind, record.owner, record.pool, record.event, command.note,
            command.subject, command.value, self._time_of(state), command.actor, command.text,
        )  # fmt: skip
        if preview:
            return opened_in(state, replace(noted, number=0), command.openings)
        state.events.append(noted)
        state.openings[noted.item_id].update(command.openings)
        if command.openings and command.customer:
            state.projection.customers.keep_sealed(command.customer, noted.item_id)
        state.projection.enter_noted(noted)
        _survey(state, command, noted)
        if noted.note is Note.ASKED:
            state.asked[noted.item_id] = noted.number
        elif noted.note in (Note.APPROVED, Note.REJECTED):
            state.asked.pop(noted.item_id, None)
        if command.request_id:
            state.requests[command.request_id] = (command.fingerprint, noted)
        return opened_in(state, noted)


def _is_outdated(state: Tenant, command: NoteCommand) -> bool:
    """Say whether rules or the customer's last answer are others than a note depends on."""
    last_nps = state.projection.customers.last_nps.get(command.customer, 0)
    is_behind = _is_of_nps(command) and last_nps != command.nps_before
    return is_behind or command.rules not in (0, state.rules)


def _is_of_nps(command: NoteCommand) -> bool:
    """Say whether a customer is asked for an NPS, or answers that."""
    asks = command.note is Note.SURVEYED and command.subject == NPS
    return bool(command.customer) and (asks or command.note is Note.NPS)


def _survey(state: Tenant, command: NoteCommand, noted: Noted) -> None:
    """Keep who is to be asked, and whom answered."""
    if _is_of_nps(command):
        state.projection.customers.last_nps[command.customer] = noted.number
    match noted.note:
        case Note.SURVEYED:
            state.surveyed[f"{noted.subject}/{noted.item_id}"] = noted.number
        case Note.CSAT:
            state.surveyed.pop(f"{CSAT}/{noted.item_id}", None)
        case Note.NPS:
            state.surveyed = {each: number for each, number in state.surveyed.items() if number != command.nps_before}
