"""The version a new model is measured against: the champion of the registry it will be written into."""

from __future__ import annotations

from datetime import UTC, datetime

from scoring.errors import NotFound
from scoring.model.artefact import Artefact
from scoring.registry.adapters.storage import open_storage
from scoring.registry.registry import Registry


def current_champion(registry: str, model: str) -> Artefact | None:
    """Return the verified champion, None if there is none yet.

    Parameters
    ----------
    registry
        Local folder or fsspec URL.

    Raises
    ------
    ArtefactRefused
        If the champion is not what was promoted: a comparison with it would be worthless.
    """
    try:
        return Registry(open_storage(registry), lambda: datetime.now(UTC)).load(model, "champion")
    except NotFound:
        return None
