"""Models and their versions."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.client.calls import PAGE, Calls, new_id
from fairlead.v1 import models_pb2 as models


class ModelCalls(Calls):
    """ModelService."""

    def list_models(self, model: str = "", *, own: bool = False) -> Iterator[models.Model]:
        """List versions by name, all or those of one model: everybody's, or the tenant's own."""
        parts = [*([self.parent] if own else []), *([f"models/{model}"] if model else [])]
        request = models.ListModelsRequest(parent="/".join(parts), page_size=PAGE)
        for page in self._connection.pages("ModelService/ListModels", request, models.ListModelsResponse):
            yield from page.models

    def promote_model(self, version: str, actor: str, *, reason: str = "", override_reason: str = "") -> models.Model:
        """Make a version, by its whole name as `list_models` gives it, the champion; servers follow within a second."""
        request = models.PromoteModelRequest(
            name=version, actor=actor, reason=reason, override_reason=override_reason, request_id=new_id()
        )
        return self._connection.call("ModelService/PromoteModel", request, models.Model)
