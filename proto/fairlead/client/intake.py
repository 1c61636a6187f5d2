"""Sources of leads, what they send, and what of it could not be mapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from fairlead.client.calls import PAGE, Calls
from fairlead.v1 import intake_pb2 as intake

_Answer = TypeVar("_Answer", bound=Message)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_DECLARED = ("display_name", "kind", "attributes", "external_id_field", "junk", "token_field")


class IntakeCalls(Calls):
    """IntakeService."""

    def create_source(self, source: str, declared: intake.LeadSource, *, preview: bool = False) -> intake.LeadSource:
        """Declare where leads come from, and what their fields become; the answer has the token, this once."""
        request = intake.CreateSourceRequest(
            parent=self.parent, source_id=source, source=declared, validate_only=preview
        )
        return self._intake("CreateSource", request, intake.LeadSource)

    def get_source(self, source: str) -> intake.LeadSource:
        """Get a source, without its token."""
        return self._intake("GetSource", intake.GetSourceRequest(name=self._name("sources", source)), intake.LeadSource)

    def list_sources(self) -> Iterator[intake.LeadSource]:
        """List sources by id."""
        request = intake.ListSourcesRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages("IntakeService/ListSources", request, intake.ListSourcesResponse):
            yield from page.sources

    def update_source(
        self, source: str, declared: intake.LeadSource, *, etag: str = "", preview: bool = False
    ) -> intake.LeadSource:
        """Declare a source anew; its token stays. An etag must be current."""
        request = intake.UpdateSourceRequest(source=declared, validate_only=preview)
        request.source.name, request.source.etag = self._name("sources", source), etag
        request.update_mask.paths.extend(_DECLARED)
        return self._intake("UpdateSource", request, intake.LeadSource)

    def renew_token(self, source: str) -> intake.LeadSource:
        """Give a source another token, which the answer has, this once; the one before is good for nothing any more."""
        request = intake.UpdateSourceRequest(source=intake.LeadSource(name=self._name("sources", source)))
        request.update_mask.paths.append("token")
        return self._intake("UpdateSource", request, intake.LeadSource)

    def delete_source(self, source: str, *, etag: str = "", preview: bool = False) -> None:
        """Delete a source with what could not be mapped of it; its leads stay."""
        request = intake.DeleteSourceRequest(name=self._name("sources", source), etag=etag, validate_only=preview)
        self._intake("DeleteSource", request, Empty)

    def test_source(self, source: str, payload: bytes, *, content_type: str = JSON) -> intake.TestSourceResponse:
        """Say what would become of a payload, and which of its fields nothing takes."""
        request = intake.TestSourceRequest(name=self._name("sources", source))
        request.payload.content_type, request.payload.data = content_type, payload
        return self._intake("TestSource", request, intake.TestSourceResponse)

    def list_intake_failures(self, source: str) -> Iterator[intake.IntakeFailure]:
        """List what could not be mapped of a source, the oldest first."""
        request = intake.ListIntakeFailuresRequest(parent=self._name("sources", source), page_size=PAGE)
        answer = intake.ListIntakeFailuresResponse
        for page in self._connection.pages("IntakeService/ListIntakeFailures", request, answer):
            yield from page.failures

    def redrive_intake_failures(
        self, source: str, *failures: str, preview: bool = False
    ) -> intake.RedriveIntakeFailuresResponse:
        """Map anew what could not be mapped of a source, the named or all."""
        request = intake.RedriveIntakeFailuresRequest(
            parent=self._name("sources", source), failures=failures, validate_only=preview
        )
        return self._intake("RedriveIntakeFailures", request, intake.RedriveIntakeFailuresResponse)

    def purge_intake_failures(self, source: str, *failures: str, preview: bool = False) -> int:
        """Remove for good what could not be mapped of a source, the named or all; return how many there were."""
        request = intake.PurgeIntakeFailuresRequest(
            parent=self._name("sources", source), failures=failures, validate_only=preview
        )
        return self._intake("PurgeIntakeFailures", request, intake.PurgeIntakeFailuresResponse).purged_count

    def _intake(self, method: str, request: Any, answer: type[_Answer]) -> _Answer:
        return self._connection.call(f"IntakeService/{method}", request, answer)
