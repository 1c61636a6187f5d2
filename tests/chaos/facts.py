"""What is known of a round when it is over: what promises are counted in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from router.model.decision import Block, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import Credited, Fired, OfferAnswered
from tests.chaos.book import BookFacts
from tests.chaos.checks import Evidence
from tests.chaos.complaints import ComplaintFacts
from tests.chaos.crm import CrmFacts
from tests.chaos.desk import DeskFacts
from tests.chaos.lenders import Lendings
from tests.chaos.lists import ListFacts
from tests.chaos.moves import MoveFacts
from tests.chaos.plan import Fault
from tests.chaos.told import ToldFacts


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a round when it is over.

    Parameters
    ----------
    evidence
        What it was judged by.
    faults
        What fell.
    replies
        What scripts answered servers and workers, as ``{script} {word}``.
    lendings
        Who was lent what.
    submitted, expired
        Jobs that queues took in; leases that ran out, so that others were given the job.
    told_again
        Changes that consumers had dealt with already.
    desk, book, complaints, moves, lists, crm, told
        What was done of leads in a process, of imports, of complaints, of what migrated, of lists, outside, and told
        by robots.
    """

    evidence: Evidence
    faults: Counter[Fault]
    replies: Counter[str]
    lendings: Lendings
    submitted: int
    expired: int
    told_again: int
    desk: DeskFacts = field(default_factory=DeskFacts)
    book: BookFacts = field(default_factory=BookFacts)
    complaints: ComplaintFacts = field(default_factory=ComplaintFacts)
    moves: MoveFacts = field(default_factory=MoveFacts)
    lists: ListFacts = field(default_factory=ListFacts)
    crm: CrmFacts = field(default_factory=CrmFacts)
    told: ToldFacts = field(default_factory=ToldFacts)

    @property
    def decisions(self) -> list[Decision]:
        """Those of the log."""
        return [change for change in self.evidence.changes if isinstance(change, Decision)]

    @property
    def offered(self) -> list[Decision]:
        """Decisions that offered a work item."""
        return [decision for decision in self.decisions if decision.outcome is Outcome.OFFERED]

    @property
    def answers(self) -> list[OfferAnswered]:
        """What became of offers."""
        return [event for event in self.evidence.events if isinstance(event, OfferAnswered)]

    def ended(self, answer: Answer) -> int:
        """Count the offers that ended in a way."""
        return sum(event.answer is answer for event in self.answers)

    @property
    def assigned(self) -> list[Decision]:
        """Decisions that gave a work item an owner, or offered it to somebody."""
        return [decision for decision in self.decisions if decision.rep]

    @property
    def fired(self) -> list[Fired]:
        """Timers that fired."""
        return [event for event in self.evidence.events if isinstance(event, Fired)]

    @property
    def credited(self) -> list[Credited]:
        """Steps of credits for leave."""
        return [event for event in self.evidence.events if isinstance(event, Credited)]

    def kept_from(self, block: Block) -> int:
        """Count the decisions in which somebody had no room for a reason beside capacity."""
        return sum(
            any(blocked[1] == block for state in decision.seen for blocked in state.blocked)
            for decision in self.decisions
        )

    def answered(self, method: str) -> int:
        """Count the calls of a method that were answered."""
        return sum(call.method == method and call.answer is not None for call in self.evidence.calls)

    @property
    def unnamed(self) -> int:
        """Answered calls that gave no request id, so that the service alone can have repeated them."""
        return sum(
            call.method in ("route", "batch", "reassign") and not call.request_id and call.answer is not None
            for call in self.evidence.calls
        )

    @property
    def acknowledged(self) -> int:
        """Work items that somebody was told of."""
        return len({call.item_id for call in self.evidence.calls if call.answer})
