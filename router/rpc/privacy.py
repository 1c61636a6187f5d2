"""PrivacyService: what is personal, erased."""

from __future__ import annotations

from fairlead.v1 import privacy_pb2 as privacy
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from router.erasure.service import Eraser, Subject
from router.model.errors import InvalidInput
from rules.limits import MAX_STRING


class PrivacyServicer:
    """Answers PrivacyService."""

    def __init__(self, eraser: Eraser) -> None:
        self._eraser = eraser

    async def EraseSubject(self, request: privacy.EraseSubjectRequest, call: Call) -> privacy.EraseSubjectResponse:
        tenant = tenant_of(request.parent)
        erased = await self._eraser.erase(
            tenant,
            _subject(tenant, request.subject),
            request_id=fields.request_id(request),
            actor=call.actor,
            preview=request.validate_only,
        )
        counts, compacted = erased
        answer = privacy.EraseSubjectResponse(
            work_item_count=counts.items,
            value_count=counts.values,
            submission_count=counts.submissions,
            score_count=counts.scores,
            hindrance=compacted.hindrance,
        )
        if compacted.clean_ms:
            answer.clean_time.CopyFrom(fields.timestamp(compacted.clean_ms * 1000))
        return answer


def _subject(tenant: str, subject: str) -> Subject:
    if not subject:
        raise InvalidInput.of("subject", "'': required, a work item's name or a customer's id")
    customer = subject.removeprefix(f"tenants/{tenant}/customers/")
    if customer and (customer != subject or not subject.startswith("tenants/")):
        return Subject(customer=fields.text(customer, MAX_STRING, "subject"))
    return Subject(item_id=fields.reference(subject, "workItems", tenant, "subject"))
