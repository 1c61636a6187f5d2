"""All of the router's ports in plain memory: the twin that the Redis adapters are held to, and what tests run on.

Nothing is durable here, and one event loop at a time may use it. Every method finishes without awaiting anything, so
each is atomic, as a script is.
"""

from __future__ import annotations

from tests.twins.activities import MemoryActivities
from tests.twins.assignments import MemoryAssignments
from tests.twins.customer_scores import MemoryCustomerScores
from tests.twins.notes import MemoryNotes
from tests.twins.offers import MemoryOffers
from tests.twins.personal_values import MemoryPersonalValues
from tests.twins.presence import MemoryPresences
from tests.twins.processes import MemoryProcesses
from tests.twins.rule_sets import MemoryRuleSets
from tests.twins.timers import MemoryTimers
from tests.twins.workforce import MemoryWorkforce


class MemoryStore(
    MemoryAssignments,
    MemoryActivities,
    MemoryNotes,
    MemoryOffers,
    MemoryWorkforce,
    MemoryPresences,
    MemoryTimers,
    MemoryRuleSets,
    MemoryProcesses,
    MemoryPersonalValues,
    MemoryCustomerScores,
):
    """All of them, on the same tenants."""
