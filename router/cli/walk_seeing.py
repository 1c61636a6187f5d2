"""What the rows of a walk expect, and what is to be seen by calls of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.walk_doing import Ended
from router.cli.walk_expect_forms import ChildForm, MovedForm, WalkExpectForm
from router.cli.walk_items import WalkItems
from router.cli.walk_seen import Seen
from router.cli.walk_spent import seen_paused, seen_took
from router.cli.walk_telling import Tellings, owner_after
from router.cli.words import last
from router.process.definition.tasks import CHILD_DEADLINE
from rules.values import as_instant_ms

_RUNS = (deadlines.Deadline.STATE_OPEN, deadlines.Deadline.STATE_OVERDUE)
_MISSED = (deadlines.Deadline.STATE_OVERDUE, deadlines.Deadline.STATE_MISSED)


class WalkSight:
    """Looks at how things stand.

    Parameters
    ----------
    client, items
        Of the tenant.
    zone
        Of times that name none, and on whose clocks times are shown.
    """

    def __init__(self, client: FairleadClient, items: WalkItems, zone: str) -> None:
        self._client = client
        self._items = items
        self._zone = zone

    def seen(self, expected: WalkExpectForm, ended: Ended, tellings: Tellings) -> Iterator[Seen]:
        """Yield what an expectation looks at."""
        named = expected.model_fields_set
        if expected.refused is not None:
            yield Seen("the status code", expected.refused, ended.code)
            for name in expected.names:
                yield Seen(f"whether the refusal names {name}", name, name if name in ended.text else ended.text)
        if expected.item:
            yield from self._of_item(expected, expected.item)
        for pool, deficits in (expected.deficits or {}).items():
            found = self._deficits(pool)
            yield Seen(f"deficits of pool {pool}", dict.fromkeys(found, 0.0) | deficits, found)
        for rep, items in (expected.agenda or {}).items():
            yield Seen(f"agenda of {rep}", [*map(self._items.spelt, items)], self._agenda(rep))
        if "away" in named:
            yield Seen("who is away", expected.away, [each.name.split("/")[3] for each in self._client.list_away()])
        if expected.told is not None:
            yield Seen("who was told", *tellings.compared(expected.told))
        if expected.lists is not None:
            should = {rep: sorted(map(tellings.spelt, items)) for rep, items in sorted(expected.lists.items())}
            yield Seen("what stood in lists of what falls due", should, dict(tellings.lists))
        if expected.surveys is not None:
            asked = {tellings.spelt(item): sorted(names) for item, names in sorted(expected.surveys.items())}
            surveys = {item: sorted(names) for item, names in sorted(tellings.surveys.items())}
            yield Seen("which customers were to be asked", asked, surveys)
        if expected.moved is not None:
            yield Seen("what the last edit of the workforce moved", *self._moved(expected.moved))
        if expected.nobody_told:
            yield Seen("who was told", *tellings.compared([]))

    def _of_item(self, expected: WalkExpectForm, item: str) -> Iterator[Seen]:
        try:
            found = self._client.get_work_item(self._items.name(item))
        except FairleadError as error:
            yield Seen(f"work item {item}", "there", f"{error.code.name}: {error.message}")
            return
        for name in (each for each in _ASPECTS if each in expected.model_fields_set):
            should = getattr(expected, name)
            if name in ("expires", "next"):
                should = self._shown(self._ms(should))
            yield Seen(f"{_CALLED.get(name, name)} of {item}", should, _ASPECTS[name](self, found))
        yield from self._deadlines(expected, item, found.name)
        if expected.says:
            yield from self._said(expected.says, item, found.name)
        if expected.reasons:
            yield Seen(
                f"reasons of the decision about {item}", expected.reasons, self._reasons(expected.reasons, found)
            )
        if expected.children is not None:
            yield from self._of_children(expected.children, item, found)

    def _of_children(self, expected: Sequence[ChildForm], item: str, found: routing.WorkItem) -> Iterator[Seen]:
        """Yield what is expected of the children that a work item opened since it came, or was reopened."""
        yield Seen(f"children of {item}", [each.entry for each in expected], [each.entry for each in found.children])
        for should, listed in zip(expected, found.children, strict=False):
            waits = listed.HasField("open_time")
            child = routing.WorkItem(state=listed.state) if waits else self._client.get_work_item(listed.work_item)
            called = f"{item}/{listed.entry}" if waits else self._items.called(child.name)
            if "opens" in should.model_fields_set:
                opens = self._stamp(listed.open_time) if waits else None
                yield Seen(f"when {called} opens", should.opens and self._shown(self._ms(should.opens)), opens)
            for name in sorted(should.model_fields_set - {"entry", "due", "opens"}):
                yield Seen(f"{name} of {called}", getattr(should, name), _OF_CHILD[name](child))
            if "due" in should.model_fields_set:
                due = WalkExpectForm(item=called, due={CHILD_DEADLINE: should.due})
                yield from self._deadlines(due, called, child.name)

    def _deadlines(self, expected: WalkExpectForm, item: str, name: str) -> Iterator[Seen]:
        if not expected.model_fields_set & {"due", "met", "missed", "paused", "took"}:
            return
        listed = list(self._client.list_deadlines(name))
        for deadline, text in (expected.due or {}).items():
            began = [each for each in listed if each.deadline == deadline]
            if text is None:
                runs = [self._stamp(each.due_time) or "running" for each in began if each.state in _RUNS]
                yield Seen(f"when {deadline} of {item} is due", [], runs)
            else:
                found = began and (self._stamp(began[-1].due_time) or "beyond what the calendars know")
                yield Seen(f"when {deadline} of {item} is due", self._shown(self._ms(text)), found or "never")
        met = {each.deadline for each in listed if each.state == deadlines.Deadline.STATE_MET}
        missed = {each.deadline for each in listed if each.state in _MISSED}
        for what, should, are in (("met", expected.met, met), ("missed", expected.missed, missed)):
            if should is not None:
                # those that are named at least; none where none is
                yield Seen(f"deadlines of {item} that are {what}", sorted(should), _named(should, are))
        if expected.paused is not None:
            yield seen_paused(expected.paused, item, listed)
        for deadline, took in (expected.took or {}).items():
            yield from seen_took(took, f"{deadline} of {item}", [each for each in listed if each.deadline == deadline])

    def _said(self, texts: Sequence[str], item: str, name: str) -> Iterator[Seen]:
        """Yield what the timeline of a work item says, in either language."""
        told = [entry.words for language in ("en", "zh") for entry in self._client.timeline(name, language=language)]
        for text in texts:
            found = text if any(text in words for words in told) else told
            yield Seen(f"what the timeline of {item} says", text, found)

    def _reasons(self, asked: Mapping[str, str], item: routing.WorkItem) -> dict[str, str]:
        """Return, of each rep, the reason that is asked for where the latest decision has it, else all there are."""
        candidates = self._client.explain(item.decision).candidates
        codes = {last(each.rep): [reason.code for reason in each.reasons] for each in candidates}
        found = {rep: codes.get(rep, []) for rep in asked}
        return {rep: code if code in found[rep] else ", ".join(found[rep]) for rep, code in asked.items()}

    def _moved(self, expected: Sequence[MovedForm]) -> tuple[list[str], list[str]]:
        """Return what should have moved and what did."""
        listed = self._client.list_deadlines(moved_by=self._client.get_tenant().workforce_revision)
        found = (
            (self._items.called(each.work_item), each.deadline, each.earlier_due_time, each.due_time) for each in listed
        )
        should = (
            (
                self._items.spelt(each.item),
                each.deadline,
                *(self._shown(self._ms(at)) for at in (each.before, each.due)),
            )
            for each in expected
        )
        are = ((item, deadline, *map(self._stamp, times)) for item, deadline, *times in found)
        return sorted(_move(*each) for each in should), sorted(_move(*each) for each in are)

    def _offer_end(self, item: routing.WorkItem) -> str:
        return self._stamp(item.offer.expire_time) if item.HasField("offer") else ""

    def _way(self, item: routing.WorkItem) -> str:
        """Return in which way a work item's latest owner got it: by a decision, or by accepting an offer."""
        gave = next(filter(owner_after, self._client.timeline(item.name)), routing.TimelineEntry())
        way = gave.decision.way or gave.offer_answer.way
        return decisions.Decision.Way.Name(way).removeprefix("WAY_") if way else ""

    def _conflict(self, item: routing.WorkItem) -> list[str]:
        candidates = self._client.explain(item.decision).candidates
        return [last(each.rep) for each in candidates if any(reason.code == "CONFLICT" for reason in each.reasons)]

    def _is_worked(self, item: routing.WorkItem) -> bool:
        return self._work(item).worked

    def _next(self, item: routing.WorkItem) -> str:
        return self._stamp(self._work(item).next_date.next_time)

    def _work(self, item: routing.WorkItem) -> routing.OpenWork:
        """Return what its owner's list says of a work item; nothing where it is on none."""
        listed = self._client.list_my_work(last(item.owner)) if item.owner else ()
        return next((each for each in listed if each.work_item.name == item.name), routing.OpenWork())

    def _agenda(self, rep: str) -> list[str]:
        pages = self._client.list_agenda(rep)
        return [self._items.called(each.work_item) for page in pages for each in page.next_dates]

    def _repeated(self, item: routing.WorkItem) -> str:
        return self._items.called(item.repeat_of) if item.repeat_of else ""

    def _deficits(self, pool: str) -> dict[str, float]:
        report = self._client.fairness(pool)
        return {last(rep): round(report.observed.per_rep[rep], 3) + 0.0 for rep in sorted(report.weights)}

    def _ms(self, text: str) -> int | None:
        """Return a time as people write it, in milliseconds since 1970; None: no text."""
        return as_instant_ms(text, self._zone) if text else None

    def _stamp(self, stamp: Timestamp) -> str:
        return self._shown(stamp.ToMilliseconds() or None)

    def _shown(self, at_ms: int | None) -> str:
        return instant_text(at_ms, self._zone) if at_ms is not None else ""


def _move(item: str, deadline: str, before: str, due: str) -> str:
    return f"{deadline} of {item}: {before} → {due}"


def instant_text(at_ms: int, zone: str) -> str:
    """Write an instant on the clocks of a zone.

    Examples
    --------
    >>> instant_text(1789867200000, "Asia/Shanghai"), instant_text(1789867200500, "UTC")
    ('2026-09-20T09:20+08:00', '2026-09-20T01:20:00.500+00:00')
    """
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return moment.isoformat(timespec="milliseconds" if at_ms % 60_000 else "minutes")


_ASPECTS: Mapping[str, Callable[[WalkSight, routing.WorkItem], object]] = {
    "owner": lambda _, item: last(item.owner),
    "state": lambda _, item: routing.WorkItem.State.Name(item.state).removeprefix("STATE_"),
    "epoch": lambda _, item: item.epoch,
    "priority": lambda _, item: item.priority,
    "stage": lambda _, item: item.stage,
    "offered": lambda _, item: last(item.offer.rep),
    "expires": WalkSight._offer_end,
    "way": WalkSight._way,
    "conflict": WalkSight._conflict,
    "worked": WalkSight._is_worked,
    "next": WalkSight._next,
    "repeat_of": WalkSight._repeated,
}
"""What is to be seen of a work item, by what expectations call it."""
_OF_CHILD: Mapping[str, Callable[[routing.WorkItem], object]] = {
    "owner": lambda child: last(child.owner),
    "state": lambda child: routing.WorkItem.State.Name(child.state).removeprefix("STATE_"),
    "kind": lambda child: routing.WorkItem.Kind.Name(child.kind).removeprefix("KIND_"),
    "pool": lambda child: last(child.pool),
    "value": lambda child: child.value,
}
"""The same of a child."""
_CALLED = {"expires": "end of the offer", "next": "next date", "conflict": "conflicts"}


def _named(should: list[str], are: set[str]) -> list[str]:
    return sorted(name for name in are if name in should) if should else sorted(are)
