"""Who was told of what between two rows of a walk, as the timelines of its work items and the lists of its reps say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from fairlead.client import FairleadClient
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.walk_expect_forms import ToldForm
from router.cli.walk_items import WalkItems
from router.cli.words import last
from router.process.definition.deadlines import Act


class Told(NamedTuple):
    """Who was told of which work item, by which step; of an offer that lapsed by none.

    ``who`` is a rep, or a channel as ``whom`` writes it.
    """

    who: str
    about: str
    step: str

    def __str__(self) -> str:
        """Write it as walks do."""
        return f"{self.who} of {self.about}{self.step and f' ({self.step})'}"


class Tellings(NamedTuple):
    """What happened since the row before: who was told, and what may be named beside it.

    ``spelt`` spells what a walk calls a work item as these do.
    """

    told: Sequence[Told] = ()
    also: Sequence[Told] = ()
    lists: Mapping[str, Sequence[str]] = MappingProxyType({})
    """By rep: the work items in the lists of what falls due that they were told of."""
    surveys: Mapping[str, Sequence[str]] = MappingProxyType({})
    """By work item: what its customer was to be asked."""
    spelt: Callable[[str], str] = str

    def compared(self, expected: Sequence[ToldForm]) -> tuple[list[str], list[str]]:
        """Return what should be and what is, as texts that are equal where all is as expected.

        Each that is expected takes one of those there are; what may be named beside them need not be.
        """
        remaining, also = list(self.told), list(self.also)
        expected = [each.model_copy(update={"about": self.spelt(each.about)}) for each in expected]
        found = [str(match) for each in expected if (match := _taken(each, remaining) or _taken(each, also))]
        should = [str(Told(whom(each), each.about, each.step or "")) for each in expected]
        if not remaining and len(found) == len(should):
            return should, should
        return sorted(should), sorted([*found, *map(str, remaining)])


def _taken(expected: ToldForm, among: list[Told]) -> Told | None:
    """Take out the first that is as expected."""
    for each in among:
        if each[:2] == (whom(expected), expected.about) and expected.step in (None, each.step):
            among.remove(each)
            return each
    return None


def whom(expected: ToldForm) -> str:
    """Return who is expected to be told: a rep by id, or a channel."""
    return _channel(expected.channel) if expected.channel else expected.who or ""


def _channel(name: str) -> str:
    return f"channel {last(name)}"


class TellingWatch:
    """Looks at what was told, each time at what is new.

    Parameters
    ----------
    client, items
        Of the tenant.
    managers
        By rep: whoever is above them; empty: nobody.
    """

    def __init__(self, client: FairleadClient, items: WalkItems, managers: Mapping[str, str]) -> None:
        self._client = client
        self._items = items
        self._managers = managers
        self._entries: set[str] = set()
        self._lapses: set[tuple[str, str, int]] = set()
        self._lists: set[tuple[str, int, int]] = set()

    def new(self) -> Tellings:
        """Return what there is that was not there when it was called last."""
        told, also, surveys = list[Told](), list[Told](), dict[str, list[str]]()
        for item in self._items.known():
            owner = ""
            for entry in reversed(list(self._client.timeline(self._items.name(item)))):
                owner = owner_after(entry) or owner
                if entry.id not in self._entries:
                    self._entries.add(entry.id)
                    told += _told_by(entry, item)
                    also += self._told_also(entry, item, owner)
                    if question := _asked_by(entry):
                        surveys.setdefault(item, []).append(question)
        return Tellings([*told, *self._set_away()], also, self._listed(), surveys, self._items.spelt)

    def _listed(self) -> dict[str, list[str]]:
        """Return what stands in the lists that were made since, by who was told of them."""
        listed = dict[str, set[str]]()
        for digest in self._client.list_digests():
            seen = (digest.rep, digest.kind, digest.due_time.ToMilliseconds())
            if seen in self._lists:
                break  # they come newest first
            self._lists.add(seen)
            for rep in digest.told:
                items = {self._items.called(entry.work_item) for entry in digest.entries}
                listed.setdefault(last(rep), set()).update(items)
        return {rep: sorted(items) for rep, items in sorted(listed.items())}

    def _told_also(self, entry: routing.TimelineEntry, item: str, owner: str) -> Iterator[Told]:
        """Yield whom a step gave the work item, and who is likely to have heard of a next date, which no list says."""
        if entry.decision.cause == decisions.Decision.CAUSE_ESCALATED and owner:
            yield Told(owner, item, Act.REASSIGN)
            yield Told(owner, item, Act.RETURN)
        if entry.reminder:
            manager = self._managers.get(owner, "")
            yield Told(owner, item, Act.REMIND) if entry.reminder == 1 else Told(manager, item, Act.NOTIFY)

    def _set_away(self) -> Iterator[Told]:
        """Yield who was set away for letting offers lapse, and is told so."""
        for rep in self._managers:
            mine = self._client.my_offers(rep)
            seen = (rep, mine.away.work_item, mine.away.away_time.ToMilliseconds())
            if mine.HasField("away") and seen not in self._lapses:
                self._lapses.add(seen)
                yield Told(rep, self._items.called(mine.away.work_item), "")


def _told_by(entry: routing.TimelineEntry, item: str) -> Iterator[Told]:
    step = entry.reached_step
    act = deadlines.DeadlineStep.Act.Name(step.act).removeprefix("ACT_").lower()
    yield from (Told(last(rep), item, act) for rep in step.told)
    yield from (Told(_channel(channel), item, act) for channel in step.channels)
    yield from (Told(last(rep), item, Act.NOTIFY) for rep in entry.satisfaction.told)
    yield from (Told(_channel(channel), item, Act.NOTIFY) for channel in entry.satisfaction.channels)


def _asked_by(entry: routing.TimelineEntry) -> str:
    """Return what an entry says that the customer is to be asked, ``csat`` or ``nps``; empty: nothing."""
    if entry.WhichOneof("event") != "survey" or entry.survey.spared:
        return ""
    return deadlines.Survey.Question.Name(entry.survey.question).removeprefix("QUESTION_").lower()


def owner_after(entry: routing.TimelineEntry) -> str:
    """Return who has the work item by an entry of its timeline; empty: it gave it to nobody."""
    match entry.WhichOneof("event"):
        case "decision" if entry.decision.outcome == decisions.Decision.OUTCOME_ASSIGNED:
            return last(entry.decision.rep)
        case "offer_answer" if entry.offer_answer.answer == routing.OfferAnswer.ANSWER_ACCEPTED:
            return last(entry.offer_answer.rep)
    return ""
