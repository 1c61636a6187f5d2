"""What ``fairlead route`` says once about many leads: known ones that were sent otherwise, names that are hashes."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.wording import counted
from resource_names import check_id
from router.cli.words import last

_SHOWN = 10
"""Leads that are named."""
_HIDDEN = "the service hides external ids"


class Remarks:
    """Gathers what is worth a remark."""

    def __init__(self) -> None:
        self._differing: list[str] = []
        self._hashed: list[routing.WorkItem] = []

    def note(self, item: routing.WorkItem, decision: decisions.Decision) -> None:
        """Look at an answer beside what was sent."""
        if differences := decision.known_work_item.differences:
            fields = ", ".join(each.field.removeprefix("attributes.") for each in differences)
            self._differing.append(f"{item.external_id}: {fields}")
        if item.external_id and last(decision.work_item).startswith("~"):
            self._hashed.append(item)

    def lines(self) -> Iterator[str]:
        """Yield what is to be said."""
        if self._differing:
            yield f"{len(self._differing)} known leads were sent with other data, which was not taken:"
            yield from (f"  {lead}" for lead in self._differing[:_SHOWN])
            if len(self._differing) > _SHOWN:
                yield f"  and {len(self._differing) - _SHOWN} more"
        if self._hashed:
            first = self._hashed[0]
            why = check_id(first.source) or check_id(first.external_id) or _HIDDEN
            have = "has" if len(self._hashed) == 1 else "have"
            yield f"{counted(len(self._hashed), 'lead')} {have} a hash for a name, because {why}"
            yield f'  ask for them so: fairlead explain --source "{first.source}" --external-id "{first.external_id}"'
