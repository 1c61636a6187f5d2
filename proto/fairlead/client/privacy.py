"""What is personal, erased."""

from __future__ import annotations

from fairlead.client.calls import Calls, new_id
from fairlead.v1 import privacy_pb2 as privacy

_REWRITE_S = 600.0
"""Seconds that a store may take to rewrite its files."""


class PrivacyCalls(Calls):
    """PrivacyService."""

    def erase(self, subject: str, *, request_id: str = "", preview: bool = False) -> privacy.EraseSubjectResponse:
        """Erase what is personal of a customer, by their id, or of a work item, by its full name; see the contract."""
        request = privacy.EraseSubjectRequest(
            parent=self.parent, subject=subject, request_id=request_id or new_id(), validate_only=preview
        )
        return self._connection.call(
            "PrivacyService/EraseSubject", request, privacy.EraseSubjectResponse, timeout_s=_REWRITE_S
        )
