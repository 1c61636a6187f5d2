"""Every key of the queues.

All of one tenant share the hash tag ``{tenant}``, so that one script can touch them all and a cluster spreads
tenants. Two keys belong to nobody: the list of tenants and the bell.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from workqueue.jobs import JobState


@dataclass(frozen=True, slots=True)
class QueueKeys:
    """The keys of one tenant's queue of one name."""

    queue: str
    tenant: str

    def _key(self, *parts: str) -> str:
        return ":".join((f"fairlead:{{{self.tenant}}}:queue", self.queue, *parts))

    @property
    def jobs(self) -> str:
        """Hash: id → msgpack ``{payload, priority, arrival µs, since µs}``; holds every job, dead ones too."""
        return self._key("jobs")

    def state(self, state: JobState) -> str:
        """Sorted set: id → its position in that state, in µs."""
        return self._key(state.lower())

    @property
    def leases(self) -> str:
        """Hash: id → ``{token} {delivery}`` of its latest lease."""
        return self._key("leases")

    @property
    def faults(self) -> str:
        """Hash: id → what went wrong last."""
        return self._key("faults")

    @property
    def notes(self) -> str:
        """Hash: id → what its workers noted last."""
        return self._key("notes")

    @property
    def counts(self) -> str:
        """Hash: totals, ``bytes``, the latest ``arrival`` in µs and the latest ``token``."""
        return self._key("counts")

    def request(self, request_id: str) -> str:
        """String that expires: what a request id was answered."""
        return self._key("answered", _hashed(request_id))

    def change(self, request_id: str) -> str:
        """String that expires: how many jobs a request to change many has changed, and whether it is done."""
        return self._key("changed", _hashed(request_id))

    @property
    def all(self) -> tuple[str, ...]:
        """The keys that most scripts are given, in their order."""
        waiting = map(self.state, (JobState.READY, JobState.DELAYED, JobState.LEASED, JobState.DEAD))
        return (self.jobs, *waiting, self.leases, self.faults, self.counts, self.state(JobState.KEPT), self.notes)


def _hashed(request_id: str) -> str:
    """Return what stands in a key for an id that people make up: it may name a person."""
    return blake2b(request_id.encode(), digest_size=16).hexdigest()


def tenants_key(queue: str) -> str:
    """Set: every tenant that ever submitted."""
    return f"fairlead:queue:{queue}:tenants"


def wakeup_key(queue: str) -> str:
    """Stream: the tenants whose idle queues got work."""
    return f"fairlead:queue:{queue}:bell"
