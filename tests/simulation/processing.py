"""What processes promise, put together: lives, the steps and stages in them, lists, and where time went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.deadlines.notices import Notice
from router.deadlines.queries import ListedDeadline
from router.model.events import Event
from tests.simulation.complaining import Complaining
from tests.simulation.digesting import Digesting
from tests.simulation.lives import Lives, PlainLife
from tests.simulation.process import ORDER
from tests.simulation.promise import Finding
from tests.simulation.spending import Spending
from tests.simulation.staging import Staging
from tests.simulation.stepping import Stepping
from tests.simulation.telling import Telling
from tests.simulation.truth import Truth


class Processing:
    """Follows the log beside the code that keeps processes.

    Parameters
    ----------
    truth
        Says who works when, and who is above whom.
    """

    def __init__(self, truth: Truth) -> None:
        self._lives = Lives(truth)
        self._staging = Staging(truth, self._lives)
        self._spending = Spending(truth, self._lives)
        self._stepping = Stepping(truth, self._lives)
        self._digesting = Digesting(truth, self._lives)
        self._telling = Telling(truth, self._lives)
        self.complaining = Complaining(self._lives)

    def enter(self, event: Event, *, is_stalled: bool) -> Iterator[Finding]:
        """Take in an event; yield what it shows."""
        self._stepping.is_stalled = is_stalled
        self._telling.before(event)
        yield from self._stepping.before(event)
        yield from self._staging.before(event)
        yield from self._digesting.before(event)
        yield from self.complaining.before(event)
        yield from self._stepping.behind(event, self._lives.enter(event))

    def undone(self, now_ms: int) -> Iterator[Finding]:
        """Yield what should have been done by now, where the log is followed."""
        yield from self._stepping.overdue(now_ms)
        yield from self._staging.missing()
        yield from self._digesting.overdue(now_ms)
        yield from self.complaining.undone()

    def heard(self, notices: Sequence[Notice], *, is_stalled: bool) -> Iterator[Finding]:
        """Hold what people were told to whom it was for."""
        yield from self._telling.heard(notices)
        if not is_stalled:
            yield from self._telling.untold()

    def listed(self, item_id: str, deadlines: Sequence[ListedDeadline], now_ms: int) -> Iterator[Finding]:
        """Hold what is listed of a lead's deadlines to what its lives say."""
        return self._spending.check(item_id, deadlines, now_ms)

    @property
    def all(self) -> list[str]:
        """All leads there ever were, and what they opened."""
        return list(self._lives.of)

    def open(self, stage: str = "") -> list[PlainLife]:
        """Return the open leads that somebody has, of one stage or of any; no children, and no complaints."""
        lives = (lives[-1] for lives in self._lives.of.values())
        return [
            life
            for life in lives
            if not life.closed and life.owner and life.stage.stage in ORDER and stage in ("", life.stage.stage)
        ]

    def life(self, item_id: str) -> PlainLife | None:
        """Return the life of an open lead or child."""
        return self._lives.open(item_id)
