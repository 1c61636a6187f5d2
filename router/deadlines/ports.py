"""Where notes about work items are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from router.assignment.commands import Refusal
from router.model.events import Note, Noted
from router.model.sealing import NO_OPENINGS, Openings


@dataclass(frozen=True, slots=True)
class NoteCommand:
    """A note on its way through the store; fields as in ``router.model.events.Noted``.

    Parameters
    ----------
    expected
        The work item's last event, which all this is said of; any other is a conflict.
    text
        As it is to be stored: sealed, where there is any.
    openings, customer
        As in ``router.assignment.commands.BindCommand``; of an NPS the customer in any case.
    nps_before
        Of an NPS, and where one is asked for, the event of the customer's last one, or that asked for it; 0: there is
        none. Any other is a conflict.
    rules
        The revision of the rules by which that is the customer; another one is a conflict; 0: it depends on none.
    """

    item_id: str
    expected: int
    note: Note
    subject: str = ""
    value: int = 0
    text: Any = ""
    actor: str = ""
    request_id: str = ""
    fingerprint: str = ""
    openings: Openings = field(default_factory=lambda: NO_OPENINGS)
    customer: str = ""
    nps_before: int = 0
    rules: int = 0


class Notes(Protocol):
    """Keeps notes about work items, in the log."""

    async def note(self, tenant: str, command: NoteCommand, *, preview: bool = False) -> Noted | Refusal:
        """Write a note, or answer a repeated request with the one that it wrote.

        Raises
        ------
        NotFound
            If there is no such work item.
        """
