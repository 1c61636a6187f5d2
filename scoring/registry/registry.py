"""Which version of a model serves: champion, challenger, previous, and how that came to be.

A model's journal is its state. Every change appends one numbered entry that holds the aliases as they are from then
on, who changed them and why; the newest entry is the truth, its hash is the etag. Because entry n + 1 can be created
only once, two people cannot both promote from the same state: the second is told so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Required, TypedDict, Unpack

from pydantic import ValidationError

from scoring.errors import (
    GatesFailed,
    HashMismatch,
    InvalidInput,
    NotFound,
    NotPossible,
    RegistryUnavailable,
    RequestIdReused,
    StaleEtag,
)
from scoring.model.profit import AtRisk
from scoring.model.verification import SUMS
from scoring.names import checked_name, resource_name
from scoring.registry import gates
from scoring.registry import hash_chain as chain
from scoring.registry.journal import ALIASES, Action, AliasState, Entry
from scoring.registry.ports import ModelStorage

if TYPE_CHECKING:
    from scoring.model.artefact import Artefact

MAX_REASON = 512
SHORTEST = 4
"""Characters of a version's name, from its beginning, that may stand for all of it."""
REMEMBERED = 100
"""Changes of a model among which a repeated request id is found."""


class ChangeTerms(TypedDict, total=False):
    """Who changes the aliases of a model, and on what terms.

    Parameters
    ----------
    actor, reason
        Who does it, and why; a reason is required with ``override``.
    override
        Promotes though gates failed.
    etag
        Fails unless it is that of the aliases; empty: not checked.
    request_id
        Makes it repeatable; empty: nothing does.
    validate_only
        Checks everything and returns the aliases as they would be.
    """

    actor: Required[str]
    reason: str
    override: bool
    etag: str
    request_id: str
    validate_only: bool


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side: from which risk on customers are at risk, figures both reports have, by name, and the
    features only one of them reads.
    """

    versions: tuple[str, str]
    at_risk: tuple[AtRisk, AtRisk]
    figures: dict[str, tuple[float, float]]
    only_in_first: tuple[str, ...]
    only_in_second: tuple[str, ...]


class Registry:
    """Reads, verifies, promotes and rolls back models.

    Parameters
    ----------
    storage
        Where they stand.
    now
        The time of day, with its zone.
    tenant
        Whose they are; empty: everybody's.
    """

    def __init__(self, storage: ModelStorage, now: Callable[[], datetime], tenant: str = "") -> None:
        self._storage = storage
        self._now = now
        self._tenant = tenant

    def name(self, model: str, version: str = "") -> str:
        """Return the resource name of a model, or of a version."""
        return resource_name(self._tenant, model, version)

    def models(self) -> list[str]:
        """List the models."""
        return list(self._storage.models())

    def versions(self, model: str) -> list[str]:
        """List a model's versions.

        Raises
        ------
        NotFound
            If there is no such model.
        """
        names = list(self._storage.versions(checked_name(model)))
        if not names:
            raise NotFound("model", self.name(model))
        return names

    def state(self, model: str) -> AliasState:
        """Return a model's aliases."""
        return self._state(model, self._storage.last_entry(checked_name(model)))

    def has_changed(self, state: AliasState) -> bool:
        """Tell whether there is a newer state; cheap."""
        return self._storage.has_entry(state.model, state.number + 1)

    def history(self, model: str) -> list[Entry]:
        """List the changes of a model, newest first."""
        numbers = range(self._storage.last_entry(checked_name(model)), 0, -1)
        return [self._entry(model, number)[0] for number in numbers]

    def breaks(self, model: str) -> list[str]:
        """Say where a model's journal was altered; nothing: nowhere."""
        return list(chain.breaks(self._storage, checked_name(model)))

    def etags(self, model: str) -> list[str]:
        """List the etags that a model has had, oldest first: that of no change at all, and one for each."""
        return [self._state(model, number).etag for number in range(self.state(model).number + 1)]

    def resolve(self, model: str, version: str) -> str:
        """Return the version that a version or alias stands for.

        Raises
        ------
        NotFound
            If it is an alias that stands for none.
        """
        if version not in ALIASES:
            return checked_name(version)
        if not (name := self.state(model).version(version)):
            raise NotFound("model version", self.name(model, version))
        return name

    def called(self, model: str, beginning: str) -> str:
        """Return the version or alias that a person means by its beginning, as with the hashes of git.

        Raises
        ------
        NotFound
            If no version begins so.
        InvalidInput
            If several do: with their names.
        """
        names = self.versions(model)
        if beginning in (*ALIASES, *names):
            return beginning
        meant = [name for name in names if len(beginning) >= SHORTEST and name.startswith(beginning)]
        if len(meant) > 1:
            raise InvalidInput.of("name", f"{beginning} could be {', '.join(meant)}: say more of it")
        return meant[0] if meant else checked_name(beginning)

    def load(self, model: str, version: str) -> Artefact:
        """Verify a version, named itself or by alias, and return it.

        Raises
        ------
        NotFound
            If there is no such version.
        ArtefactRefused
            If it must not serve, or is not the content that was promoted.
        """
        version = self.resolve(model, version)
        if version not in self.versions(model):
            raise NotFound("model version", self.name(model, version))
        from scoring.model import artefact  # numpy: only where there is a model to read

        loaded = artefact.read(self._storage.folder(model, version))
        if (loaded.manifest.model, loaded.manifest.version) != (model, version):
            raise HashMismatch("manifest.json", f"is that of {loaded.manifest.model} {loaded.manifest.version}")
        entry = self.state(model).entry
        if entry and entry.digests.get(version, loaded.digest) != loaded.digest:
            raise HashMismatch(SUMS, f"{version} is not what it was when it was named {entry.action}")
        return loaded

    def promote(self, model: str, version: str, **change: Unpack[ChangeTerms]) -> AliasState:
        """Make a version the champion; the champion becomes previous. Repeating it changes nothing.

        Parameters
        ----------
        version
            A version, or ``challenger``.

        Raises
        ------
        GatesFailed
            If training's gates speak against it and are not overridden.
        StaleEtag
            If somebody else changed the aliases.
        RequestIdReused
            If the request id was another change's.
        """
        return self._changed("promote", model, version, change)

    def challenge(self, model: str, version: str, **change: Unpack[ChangeTerms]) -> AliasState:
        """Make a version the challenger: named to be compared and promoted, serving nobody. Fails as `promote` does.

        Raises
        ------
        NotPossible
            If it is the champion.
        """
        return self._changed("challenge", model, version, change)

    def rollback(self, model: str, **change: Unpack[ChangeTerms]) -> AliasState:
        """Make the previous version the champion again, and the champion the previous one. No gate is asked.

        Raises
        ------
        NotPossible
            If there is no previous version.
        """
        if not self.state(model).version("previous"):
            raise NotPossible(self.name(model), "has no previous version to roll back to")
        return self._changed("rollback", model, "previous", change)

    def compare(self, model: str, first: str, second: str) -> Comparison:
        """Set two versions side by side, each named itself or by alias."""
        one, two = self.load(model, first), self.load(model, second)
        figures = [gates.figures(gates.read_report(loaded.report)) for loaded in (one, two)]
        names = one.schema.names, two.schema.names
        return Comparison(
            (one.manifest.version, two.manifest.version),
            (gates.at_risk(one), gates.at_risk(two)),
            {name: (figures[0][name], figures[1][name]) for name in sorted(figures[0].keys() & figures[1].keys())},
            tuple(name for name in names[0] if name not in names[1]),
            tuple(name for name in names[1] if name not in names[0]),
        )

    def _changed(self, action: Action, model: str, version: str, change: ChangeTerms) -> AliasState:
        actor, reason, override = change["actor"], change.get("reason", ""), change.get("override", False)
        _check_person(actor, reason, override)
        request_id = change.get("request_id", "")
        if self._repeated(model, request_id, action, version):
            return self.state(model)
        state = self._expected(model, change.get("etag", ""))
        loaded = self.load(model, version)
        aliases = state.after(action, loaded.manifest.version)
        if aliases == state.aliases:
            return state
        if aliases["champion"] == aliases["challenger"]:
            raise NotPossible(self.name(model, aliases["champion"]), "is the champion: it cannot challenge itself")
        entry = Entry(
            number=state.number + 1,
            time=self._now(),
            action=action,
            actor=actor,
            reason=reason,
            overridden=self._overridden(model, loaded, override=override) if action == "promote" else (),
            digests={**state.digests, loaded.manifest.version: loaded.digest},
            request_id=request_id,
            **aliases,
        )
        return self._append(state, entry, validate_only=change.get("validate_only", False))

    def _expected(self, model: str, etag: str) -> AliasState:
        state = self.state(model)
        if etag and etag != state.etag:
            raise StaleEtag(self.name(model), f"its etag is {state.etag}, not {etag}")
        return state

    def _overridden(self, model: str, loaded: Artefact, *, override: bool) -> tuple[str, ...]:
        """Return the gates that failed, if that is overridden."""
        failed = tuple(gates.failed_gates(gates.read_report(loaded.report)))
        if failed and not override:
            raise GatesFailed(self.name(model, loaded.manifest.version), failed)
        return failed

    def _repeated(self, model: str, request_id: str, action: str, version: str) -> bool:
        """Tell whether this very change has been made; the last `REMEMBERED` are looked at."""
        if not request_id:
            return False
        last = self._storage.last_entry(checked_name(model))
        for number in range(last, max(0, last - REMEMBERED), -1):
            entry, _ = self._entry(model, number)
            if entry.request_id == request_id:
                if entry.action != action or version not in ("", *ALIASES, entry.named):
                    raise RequestIdReused(request_id)
                return True
        return False

    def _append(self, state: AliasState, entry: Entry, *, validate_only: bool = False) -> AliasState:
        if validate_only:
            return AliasState(state.model, entry, state.etag)
        if state.number:
            before = self._entry(state.model, state.number)[1]
            entry = entry.model_copy(update={"before": before})
        if not self._storage.create_entry(state.model, entry.number, entry.model_dump_json().encode()):
            raise StaleEtag(self.name(state.model), f"somebody else made change {entry.number} first")
        return self._state(state.model, entry.number)

    def _state(self, model: str, number: int) -> AliasState:
        if not number:
            return AliasState(model, None, "0")
        entry, digest = self._entry(model, number)
        return AliasState(model, entry, f"{number}-{digest[:16]}")

    def _entry(self, model: str, number: int) -> tuple[Entry, str]:
        data = self._storage.read_entry(model, number)
        try:
            return Entry.model_validate_json(data), hashlib.sha256(data).hexdigest()
        except ValidationError as error:
            raise RegistryUnavailable(f"entry {number} of {model} cannot be read: {error.errors()[0]['msg']}") from None


Registries = Callable[[str], Registry]
"""Returns the registry of a tenant; of an empty one: everybody's."""


def _check_person(actor: str, reason: str, override: bool) -> None:
    if not actor.strip():
        raise InvalidInput.of("actor", "is empty: a change has somebody who answers for it")
    if override and not reason.strip():
        raise InvalidInput.of("reason", "is empty: an override says why")
    if len(reason) > MAX_REASON or len(actor) > MAX_REASON:
        raise InvalidInput.of("reason", f"is longer than {MAX_REASON} characters")
