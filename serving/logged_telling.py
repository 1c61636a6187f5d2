"""``router.deadlines.telling.Telling`` by the log of the process, beside the channels that carry messages."""

from __future__ import annotations

import logging

from fairlead.wording import counted
from router.deadlines.given import GivenItem, SetAway, TakenOffer
from router.deadlines.notices import AskedCustomer, ChangedProcess, Notice, ReachedDate
from router.deadlines.reached import BadAnswer, DecidedStage, Reached
from router.model.decision import Decision, Outcome
from router.model.events import Digested
from router.wording.languages import Language
from router.wording.process_changes import publication_told

_log = logging.getLogger(__name__)


class LoggedTelling:
    """Writes a line for each notice, with who is to hear of it."""

    async def tell(self, tenant: str, notice: Notice) -> None:
        """Write it."""
        nobody = "whoever asks customers" if isinstance(notice.about, AskedCustomer) else "nobody"
        channels = (f"channel {channel}" for channel in notice.recipients.channels)
        told = ", ".join((*notice.recipients.told, *channels)) or nobody
        _log.info("tenants/%s: event %d tells %s: %s", tenant, notice.event, told, _said(notice))


def _whose(decision: Decision) -> str:
    return decision.rep if decision.outcome is Outcome.ASSIGNED else decision.outcome.lower()


def _said(notice: Notice) -> str:
    match notice.about:
        case Reached(fired=fired, step=step):
            stage = f"stage {step.stage}" if step.stage else "the whole process"
            return f"{fired.item_id}, deadline {step.deadline.id} of {stage}, {step.step.act}"
        case BadAnswer(noted=noted, process=process):
            return f"{noted.item_id}, {noted.note.lower()} {noted.value}, process {process.id}@{process.revision}"
        case AskedCustomer(item_id=item_id, question=question):
            return f"{item_id}, its customer is to be asked for {question}"  # not who: that may be personal
        case ReachedDate(item_id=item_id, step=step_number):
            return f"{item_id}, next date, step {step_number}"
        case Digested(made=made):
            more = f" and {made.total - len(made.entries)} more" if made.total > len(made.entries) else ""
            listed = dict.fromkeys(entry.item_id for entry in made.entries)
            return f"list {made.kind} of {made.rep}, {', '.join(listed)}{more}"
        case GivenItem(decision=decision):
            return (
                f"{decision.item_id}, {decision.head.cause.lower()}: {decision.freed or 'nobody'} → {_whose(decision)}"
            )
        case DecidedStage(noted=noted, stage=stage):
            return f"{noted.item_id}, stage {stage.id} {noted.note.lower()}"
        case SetAway(item_id=item_id, lapses=lapses):
            return f"{item_id}, set away for {counted(lapses, 'lapse')}"
        case TakenOffer(item_id=item_id, rep=rep):
            return f"{item_id}, taken by {rep}"
        case ChangedProcess(process=process, before=before):
            return " ".join(publication_told(before, process, language) for language in Language)
