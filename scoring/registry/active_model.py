"""The model that serves now, exchanged without anybody noticing.

`scoring.registry.champions` has it look for a new entry of the journal a few times a second. A new champion is read,
verified and compiled aside; then one reference is swapped, which Python does in one step, so every request sees one
model from beginning to end. The models swapped out last stay loaded: a roll-back loads nothing. What fails verification
is refused, and the old one serves on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failures import Failure
from scoring.errors import ArtefactRefused, NotFound, NotPossible, RegistryUnavailable
from scoring.registry.journal import AliasState
from scoring.registry.registry import Registry

if TYPE_CHECKING:
    from scoring.model.loaded import LoadedModel

KEPT = 3
"""Models kept loaded: the champion, the previous one and one more."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefusedChampion:
    """A champion that must not serve, and why."""

    version: str
    error: Failure


class ActiveModel:
    """Holds the champion of one model.

    Parameters
    ----------
    registry
        Where it is looked up.
    model
        Its name.
    on_swap
        Called after a swap with the model that serves from now on.
    """

    def __init__(self, registry: Registry, model: str, on_swap: Callable[[LoadedModel], None] = lambda _: None) -> None:
        self._registry = registry
        self._on_swap = on_swap
        self._state = AliasState(model, None, "0")
        self._current: LoadedModel | None = None
        self._loaded: dict[str, LoadedModel] = {}
        self._one_at_a_time = threading.Lock()
        self.name = registry.name(model)
        self.model = model
        self.refusal: RefusedChampion | None = None

    @property
    def current(self) -> LoadedModel:
        """The model that serves.

        Raises
        ------
        NotPossible
            If none was ever promoted, or none could be verified yet.
        """
        if self._current is None:
            why = (
                f"its champion is refused: {self.refusal.error}"
                if self.refusal
                else "has no champion: make one with `fairlead train` and `fairlead models promote`"
            )
            raise NotPossible(self.name, why)
        return self._current

    @property
    def is_chosen(self) -> bool:
        """Whether a champion was named, be it refused or not."""
        return bool(self._state.version("champion"))

    def refresh(self) -> bool:
        """Look once, now; return whether another model serves than before.

        Raises
        ------
        RegistryUnavailable
            If the registry does not answer; what serves, serves on.
        """
        with self._one_at_a_time:
            if not self._registry.has_changed(self._state):
                return False
            state = self._registry.state(self.model)
            swapped = self._take(state)
            self._state = state
            return swapped

    def look(self) -> None:
        """Look, and say in the log what fails."""
        try:
            self.refresh()
        except RegistryUnavailable as error:
            _log.warning("the registry does not answer: %s", error)
        except Exception:
            _log.exception("looking for a new %s failed", self.name)

    def _take(self, state: AliasState) -> bool:
        version = state.version("champion")
        if not version or (self._current and self._current.artefact.manifest.version == version):
            return False
        try:
            model = self._loaded.get(version) or self._served(version)
        except (ArtefactRefused, NotFound) as error:
            self.refusal = RefusedChampion(version, error)
            _log.error("%s/versions/%s is refused, the old one serves on: %s", self.name, version, error)
            return False
        self._loaded = dict([*self._others(version), (version, model)][-KEPT:])
        self.refusal = None
        self._current = model
        self._on_swap(model)
        return True

    def _served(self, version: str) -> LoadedModel:
        from scoring.model.loaded import LoadedModel  # numpy: only where there is a model to serve

        return LoadedModel(self._registry.load(self.model, version), self._registry.name(self.model, version))

    def _others(self, version: str) -> list[tuple[str, LoadedModel]]:
        return [(name, model) for name, model in self._loaded.items() if name != version]
