"""What a walk calls its work items: those that it routed by their ids, and their children ``T-1/call-back``."""

from __future__ import annotations

from fairlead.client import FairleadClient
from fairlead.v1 import routing_pb2 as routing


def entry_of(child: routing.WorkItem) -> str:
    """Return the id of what a stage, or an answer of a customer, opens that a child is.

    Where it is in a stage of the process itself, its external id tells: parent, event, id and number.

    Examples
    --------
    >>> entry_of(routing.WorkItem(stage="solved~call-back")), entry_of(routing.WorkItem(stage="~csat~call"))
    ('call-back', 'call')
    >>> entry_of(routing.WorkItem(stage="value", external_id="crm~RN-17/9/next/1"))
    'next'
    """
    _, is_own, entry = child.stage.rpartition("~")
    return entry if is_own or "/" not in child.external_id else child.external_id.split("/")[-2]


class WalkItems:
    """The work items of a walk: what the service calls each.

    A child is ``{parent}/{entry}``, the latest of those of an entry; each of them is ``{parent}/{entry}/{number}`` too,
    from 1 in the order in which they were opened.

    Parameters
    ----------
    client
        Of the tenant.
    has_children
        Whether the process opens any: then they are looked for.
    """

    def __init__(self, client: FairleadClient, *, has_children: bool = False) -> None:
        self._client = client
        self._has_children = has_children
        self._names: dict[str, str] = {}
        self._children: dict[str, str] = {}
        self._latest: dict[str, str] = {}

    def look(self) -> None:
        """Look which children there are by now."""
        if not self._has_children:
            return
        self._children.clear()
        opened = dict[str, list[str]]()
        for child in self._client.list_work_items():
            if child.parent:
                opened.setdefault(f"{self.called(child.parent)}/{entry_of(child)}", []).append(child.name)
        self._latest = {called: f"{called}/{len(names)}" for called, names in opened.items()}
        for called, names in opened.items():
            self._children |= {f"{called}/{number}": name for number, name in enumerate(names, 1)}

    def came(self, item: str, name: str) -> None:
        """Take note of the name of a work item that was routed."""
        self._names[item] = name

    def name(self, item: str) -> str:
        """Return a work item's name; of one that was refused, what it would be called."""
        known = self._names.get(item) or self._children.get(self._latest.get(item, item))
        return known or f"crm~{item}"

    def called(self, name: str) -> str:
        """Return what the walk calls a work item of a name."""
        return next((item for item, known in (*self._names.items(), *self._children.items()) if known == name), name)

    def spelt(self, item: str) -> str:
        """Return how ``called`` spells what a walk calls a work item."""
        return self._latest.get(item, item)

    def known(self) -> list[str]:
        """Return those that came, as the walk calls them."""
        return [*self._names, *self._children]
