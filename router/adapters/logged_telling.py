"""``router.deadlines.telling.Telling`` by the log of the process: as long as nothing else carries messages."""

from __future__ import annotations

import logging

from router.deadlines.reached import Reached

_log = logging.getLogger(__name__)


class LoggedTelling:
    """Writes a line for each step, with who is to hear of it."""

    async def tell(self, tenant: str, reached: Reached) -> None:
        """Write it."""
        step, told = reached.step, ", ".join(reached.recipients.told) or "nobody"
        stage = f"stage {step.stage}" if step.stage else "the whole process"
        _log.info(
            "tenants/%s: event %d tells %s: %s, deadline %s of %s, %s", tenant, reached.fired.number, told,
            reached.fired.item_id, step.deadline.id, stage, step.step.act,
        )  # fmt: skip
