"""WorkforceService: how much of caps is used."""

from __future__ import annotations

from fairlead.v1 import caps_pb2 as messages
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from router.history.cap_uses import CapUse, CapUses
from router.model.caps import CapMeasure
from router.model.workforce import MICROS
from router.rpc.cap_messages import cap_message


class CapMethods:
    """Answers the method of WorkforceService that shows how caps stand."""

    _cap_uses: CapUses

    async def ListCapUses(self, request: messages.ListCapUsesRequest, _: Call) -> messages.ListCapUsesResponse:
        tenant, count = tenant_of(request.parent), fields.page_size(request.page_size)
        place = fields.page_place(request.page_token, _is_place)
        uses = await self._cap_uses.listed(tenant, place)
        more = uses[count - 1].place if len(uses) > count else ""
        return messages.ListCapUsesResponse(
            cap_uses=[_message(tenant, use) for use in uses[:count]], next_page_token=fields.page_token(more)
        )


def _is_place(text: str) -> bool:
    return text.count("/") == 3


def _message(tenant: str, use: CapUse) -> messages.CapUse:
    unit = MICROS if use.stands.cap.measure is CapMeasure.VALUE else 1
    message = messages.CapUse(
        holder=f"tenants/{tenant}/{use.holder}",
        cap=cap_message(use.stands.cap),
        rep=use.rep and f"tenants/{tenant}/reps/{use.rep}",
        used=use.used / unit,
        reached=use.reached,
    )
    if use.lift_ms:
        message.lift_time.CopyFrom(fields.timestamp(use.lift_ms * 1000))
    return message
