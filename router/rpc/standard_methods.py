"""What AIP's standard methods on the workforce have in common: a page of a kind, a record written, a record deleted.

References
----------
AIP-132 to AIP-135, https://google.aip.dev.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any, TypeVar

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from gateway import fields
from gateway.calls.call import Call
from resource_names import check_id, tenant_of
from router.workforce.edits import Edit
from router.workforce.service import Saved, WorkforceService

Listed = TypeVar("Listed", bound=Message)


class StandardMethods:
    """Carries out standard methods on records of any kind."""

    def __init__(self, workforce_service: WorkforceService) -> None:
        self._workforce_service = workforce_service

    async def page(
        self, kind: str, request: Any, message: Callable[[str, Saved], Listed], tenant: str = "", within: str = ""
    ) -> tuple[list[Listed], str]:
        """Return a page of a kind, and the token of the next.

        Parameters
        ----------
        tenant
            Whose; empty: that of the request's parent.
        within
            What the ids of all that is meant begin with.
        """
        tenant = tenant or tenant_of(request.parent)
        after, count = fields.page_place(request.page_token, _is_id), fields.page_size(request.page_size)
        page, position = await self._workforce_service.page(tenant, kind, after=after, count=count, within=within)
        listed = list(takewhile(fields.PageRoom().takes, (message(tenant, saved) for saved in page)))
        if len(listed) < len(page):
            position = page[len(listed) - 1].record.id
        return listed, fields.page_token(position)

    async def save(self, tenant: str, change: Edit, request: Any, call: Call) -> Saved:
        """Write a record."""
        (saved,) = await self._workforce_service.save(tenant, [change], actor=call.actor, **repetition(request))
        return saved

    async def delete(self, kind: str, tenant: str, record_id: str, request: Any, call: Call) -> Empty:
        """Delete a record."""
        await self._workforce_service.delete(
            tenant,
            kind,
            record_id,
            etag=request.etag,
            request_id=fields.request_id(request),
            actor=call.actor,
            preview=request.validate_only,
        )
        return Empty()


def repetition(request: Any) -> dict[str, Any]:
    """Return what makes a request repeatable, and whether it is a preview."""
    request_id = fields.request_id(request)
    content = request.SerializeToString(deterministic=True) if request_id else b""
    return {"request_id": request_id, "content": content, "preview": request.validate_only}


def _is_id(text: str) -> bool:
    return not any(check_id(part) for part in text.split("/"))
