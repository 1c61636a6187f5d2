"""Which version of a model serves: champion, challenger, previous, and how that came to be.

A model's journal is its state. Every change appends one numbered entry that holds the aliases as they are from then
on, who changed them and why; the newest entry is the truth, its hash is the etag. Because entry n + 1 can be created
only once, two people cannot both promote from the same state: the second is told so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from scoring import chain, gates
from scoring.errors import (
    GatesClosed,
    HashMismatch,
    InvalidInput,
    NotFound,
    NotPossible,
    RegistryUnavailable,
    RequestIdReused,
    StaleEtag,
)
from scoring.journal import ALIASES, Entry, Standing
from scoring.names import NAME_PATTERN, resource_name
from scoring.ports import Shelf
from scoring.verification import SUMS

if TYPE_CHECKING:
    from scoring.artefact import Artefact

MAX_REASON = 512
REMEMBERED = 100
"""Changes of a model among which a repeated request id is found."""
_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side: figures both reports have, by name, and the features only one of them reads."""

    versions: tuple[str, str]
    figures: dict[str, tuple[float, float]]
    only_in_first: tuple[str, ...]
    only_in_second: tuple[str, ...]


class Registry:
    """Reads, verifies, promotes and rolls back models.

    Parameters
    ----------
    shelf
        Where they stand.
    now
        The time of day, with its zone.
    tenant
        Whose they are; empty: everybody's.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], datetime], tenant: str = "") -> None:
        self._shelf = shelf
        self._now = now
        self._tenant = tenant

    def name(self, model: str, version: str = "") -> str:
        """Return the resource name of a model, or of a version."""
        return resource_name(self._tenant, model, version)

    def models(self) -> list[str]:
        """List the models."""
        return list(self._shelf.models())

    def versions(self, model: str) -> list[str]:
        """List a model's versions.

        Raises
        ------
        NotFound
            If there is no such model.
        """
        found = list(self._shelf.versions(checked_name("model", model)))
        if not found:
            raise NotFound("model", self.name(model))
        return found

    def standing(self, model: str) -> Standing:
        """Return a model's aliases."""
        return self._standing(model, self._shelf.last_entry(checked_name("model", model)))

    def has_changed(self, standing: Standing) -> bool:
        """Tell whether there is a newer standing; cheap."""
        return self._shelf.has_entry(standing.model, standing.number + 1)

    def history(self, model: str) -> list[Entry]:
        """List the changes of a model, newest first."""
        numbers = range(self._shelf.last_entry(checked_name("model", model)), 0, -1)
        return [self._entry(model, number)[0] for number in numbers]

    def breaks(self, model: str) -> list[str]:
        """Say where a model's journal was altered; nothing: nowhere."""
        return list(chain.breaks(self._shelf, checked_name("model", model)))

    def etags(self, model: str) -> list[str]:
        """List the etags that a model has had, oldest first: that of no change at all, and one for each."""
        return [self._standing(model, number).etag for number in range(self.standing(model).number + 1)]

    def resolve(self, model: str, version: str) -> str:
        """Return the version that a version or alias stands for.

        Raises
        ------
        NotFound
            If it is an alias that stands for none.
        """
        if version not in ALIASES:
            return checked_name("version", version)
        if not (found := self.standing(model).version(version)):
            raise NotFound("model version", self.name(model, version))
        return found

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
        from scoring import artefact  # numpy: only where there is a model to read

        found = artefact.read(self._shelf.folder(model, version))
        if (found.manifest.model, found.manifest.version) != (model, version):
            raise HashMismatch("manifest.json", f"is that of {found.manifest.model} {found.manifest.version}")
        entry = self.standing(model).entry
        if entry and entry.digests.get(version, found.digest) != found.digest:
            raise HashMismatch(SUMS, f"{version} is not what it was when it was named {entry.action}")
        return found

    # over fifty lines by its docstring: each keyword and each refusal is part of the contract
    def promote(
        self,
        model: str,
        version: str,
        *,
        actor: str,
        reason: str = "",
        override: bool = False,
        etag: str = "",
        request_id: str = "",
        validate_only: bool = False,
    ) -> Standing:
        """Make a version the champion; the champion becomes previous. Repeating it changes nothing.

        Parameters
        ----------
        version
            A version, or ``challenger``.
        actor, reason
            Who does it, and why; a reason is required with ``override``.
        override
            Promotes though gates are closed.
        etag
            Fails unless it is the standing's; empty: not checked.
        request_id
            Makes it repeatable; empty: nothing does.
        validate_only
            Checks everything and returns the standing as it would be.

        Raises
        ------
        GatesClosed
            If training's gates speak against it and are not overridden.
        StaleEtag
            If somebody else changed the aliases.
        RequestIdReused
            If the request id was another change's.
        """
        _check_person(actor, reason, override)
        if self._repeated(model, request_id, "promote", version):
            return self.standing(model)
        standing = self._expected(model, etag)
        found = self.load(model, version)
        version = found.manifest.version
        if standing.version("champion") == version:
            return standing
        closed = gates.closed_gates(gates.read_report(found.report))
        if closed and not override:
            raise GatesClosed(self.name(model, version), closed)
        challenger = standing.version("challenger")
        changes = {
            "action": "promote",
            "overridden": tuple(closed),
            "champion": version,
            "challenger": "" if challenger == version else challenger,
            "previous": standing.version("champion"),
            "digests": self._digests(standing, found),
            "request_id": request_id,
        }
        return self._append(standing, self._next(standing, actor, reason, changes), validate_only=validate_only)

    def challenge(
        self,
        model: str,
        version: str,
        *,
        actor: str,
        reason: str = "",
        etag: str = "",
        request_id: str = "",
        validate_only: bool = False,
    ) -> Standing:
        """Make a version the challenger: named to be compared and promoted, serving nobody. Parameters as `promote`.

        Raises
        ------
        NotPossible
            If it is the champion.
        """
        _check_person(actor, reason, override=False)
        if self._repeated(model, request_id, "challenge", version):
            return self.standing(model)
        standing = self._expected(model, etag)
        found = self.load(model, version)
        version = found.manifest.version
        if standing.version("challenger") == version:
            return standing
        if standing.version("champion") == version:
            raise NotPossible(self.name(model, version), "is the champion: it cannot challenge itself")
        changes = {"action": "challenge", "challenger": version, "digests": self._digests(standing, found)}
        entry = self._next(standing, actor, reason, {**changes, "request_id": request_id})
        return self._append(standing, entry, validate_only=validate_only)

    def rollback(
        self,
        model: str,
        *,
        actor: str,
        reason: str = "",
        etag: str = "",
        request_id: str = "",
        validate_only: bool = False,
    ) -> Standing:
        """Make the previous version the champion again, and the champion the previous one. No gate is asked.

        Raises
        ------
        NotPossible
            If there is no previous version.
        """
        _check_person(actor, reason, override=False)
        if self._repeated(model, request_id, "rollback", ""):
            return self.standing(model)
        standing = self._expected(model, etag)
        if not (previous := standing.version("previous")):
            raise NotPossible(self.name(model), "has no previous version to roll back to")
        self.load(model, previous)
        changes = {"action": "rollback", "champion": previous, "previous": standing.version("champion")}
        entry = self._next(standing, actor, reason, {**changes, "request_id": request_id})
        return self._append(standing, entry, validate_only=validate_only)

    def compare(self, model: str, first: str, second: str) -> Comparison:
        """Set two versions side by side, each named itself or by alias."""
        one, two = self.load(model, first), self.load(model, second)
        figures = [gates.figures(gates.read_report(found.report)) for found in (one, two)]
        names = one.schema.names, two.schema.names
        return Comparison(
            (one.manifest.version, two.manifest.version),
            {name: (figures[0][name], figures[1][name]) for name in sorted(figures[0].keys() & figures[1].keys())},
            tuple(name for name in names[0] if name not in names[1]),
            tuple(name for name in names[1] if name not in names[0]),
        )

    def _expected(self, model: str, etag: str) -> Standing:
        standing = self.standing(model)
        if etag and etag != standing.etag:
            raise StaleEtag(self.name(model), f"its etag is {standing.etag}, not {etag}")
        return standing

    def _digests(self, standing: Standing, found: Artefact) -> dict[str, str]:
        kept = {standing.version(alias) for alias in ALIASES} - {""}
        known = standing.entry.digests if standing.entry else {}
        return {version: known[version] for version in sorted(kept) if version in known} | {
            found.manifest.version: found.digest
        }

    def _next(self, standing: Standing, actor: str, reason: str, changes: Mapping[str, object]) -> Entry:
        aliases = {alias: standing.version(alias) for alias in ALIASES}
        digests = standing.entry.digests if standing.entry else {}
        rest = {
            "number": standing.number + 1,
            "time": self._now(),
            "actor": actor,
            "reason": reason,
            "digests": digests,
        }
        return Entry.model_validate({**aliases, **rest, **changes})

    def _repeated(self, model: str, request_id: str, action: str, version: str) -> bool:
        """Tell whether this very change has been made; the last `REMEMBERED` are looked at."""
        if not request_id:
            return False
        last = self._shelf.last_entry(checked_name("model", model))
        for number in range(last, max(0, last - REMEMBERED), -1):
            entry, _ = self._entry(model, number)
            if entry.request_id == request_id:
                made = entry.challenger if action == "challenge" else entry.champion
                if entry.action != action or version not in ("", *ALIASES, made):
                    raise RequestIdReused(request_id)
                return True
        return False

    def _append(self, standing: Standing, entry: Entry, *, validate_only: bool = False) -> Standing:
        if validate_only:
            return Standing(standing.model, entry, standing.etag)
        if standing.number:
            before = self._entry(standing.model, standing.number)[1]
            entry = entry.model_copy(update={"before": before})
        if not self._shelf.create_entry(standing.model, entry.number, entry.model_dump_json().encode()):
            raise StaleEtag(self.name(standing.model), f"somebody else made change {entry.number} first")
        return self._standing(standing.model, entry.number)

    def _standing(self, model: str, number: int) -> Standing:
        if not number:
            return Standing(model, None, "0")
        entry, digest = self._entry(model, number)
        return Standing(model, entry, f"{number}-{digest[:16]}")

    def _entry(self, model: str, number: int) -> tuple[Entry, str]:
        data = self._shelf.read_entry(model, number)
        try:
            return Entry.model_validate_json(data), hashlib.sha256(data).hexdigest()
        except ValidationError as error:
            raise RegistryUnavailable(f"entry {number} of {model} cannot be read: {error.errors()[0]['msg']}") from None


Registries = Callable[[str], Registry]
"""Returns the registry of a tenant; of an empty one: everybody's."""


def checked_name(field: str, name: str) -> str:
    """Return a model's or version's name, refused if it is none: it becomes a folder.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise InvalidInput.of(field, f"{name[:80]!r} is no name: up to 63 of a-z, 0-9, '.', '_' and '-'")
    return name


def _check_person(actor: str, reason: str, override: bool) -> None:
    if not actor.strip():
        raise InvalidInput.of("actor", "is empty: a change has somebody who answers for it")
    if override and not reason.strip():
        raise InvalidInput.of("reason", "is empty: an override says why")
    if len(reason) > MAX_REASON or len(actor) > MAX_REASON:
        raise InvalidInput.of("reason", f"is longer than {MAX_REASON} characters")
