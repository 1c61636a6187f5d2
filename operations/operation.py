"""What an operation is: what was asked for, and how it stands. Values only."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workqueue.jobs import Job, JobState

EVERYBODY = "*"
"""Whose queue it is where an operation is about what all tenants share; no tenant can be called so."""
CANCELLED = "CANCELLED"
"""Why a cancelled operation has no response."""
_STORED = {"target": "target", "told": "arguments", "mark": "fingerprint", "actor": "actor"}
"""Fields of a task by their names in the queue, which stay as they are: older servers wrote them."""


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for.

    Parameters
    ----------
    target
        Name of the resource that it is about.
    arguments
        What the process that executes it gets; JSON, and the same for whoever does it again.
    fingerprint
        Tells a repeated request from another one with its id.
    actor
        Who asked; empty where nobody is asked who they are.
    """

    target: str
    arguments: Mapping[str, Any]
    fingerprint: str = ""
    actor: str = ""

    def pack(self) -> bytes:
        """Write it for the queue."""
        content = {name: getattr(self, field) for name, field in _STORED.items()}
        return json.dumps(content, ensure_ascii=False).encode()

    @classmethod
    def unpack(cls, payload: bytes) -> Task:
        """Read what `pack` wrote."""
        return cls(**{_STORED[name]: value for name, value in json.loads(payload).items()})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: so many steps of a stage are done."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Succeeded:
    """It ended well; ``response`` is a serialized ``google.protobuf.Any``."""

    response: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """It ended ill, for good: why in words, and for machines."""

    error: str
    reason: str


Note = Progress | Succeeded | Failed


def write_note(note: Note) -> str:
    """Write a note for the queue."""
    match note:
        case Succeeded():
            return json.dumps({"response": b64encode(note.response).decode()})
        case _:
            return json.dumps(asdict(note), ensure_ascii=False)


def read_note(text: str) -> Note | None:
    """Read what `write_note` wrote; nothing was noted: None.

    Examples
    --------
    >>> read_note(write_note(Progress("read", 0, 1)))
    Progress(stage='read', done=0, total=1)
    """
    note: dict[str, Any] = json.loads(text or "{}")
    if "response" in note:
        return Succeeded(b64decode(note["response"]))
    if "error" in note:
        return Failed(**note)
    return Progress(**note) if note else None


def name_of(tenant: str, job_id: str) -> str:
    """Name an operation: ``tenants/{tenant}/operations/{kind}-{id}``, or without the tenant what is about everybody's.

    Examples
    --------
    >>> name_of("acme", "train-1"), name_of(EVERYBODY, "train-1")
    ('tenants/acme/operations/train-1', 'operations/train-1')
    """
    return f"operations/{job_id}" if tenant == EVERYBODY else f"tenants/{tenant}/operations/{job_id}"


def place_of(name: str) -> tuple[str, str] | None:
    """Return whose an operation is and the id of its job; None if it is no name of one."""
    match name.split("/"):
        case ["operations", job_id]:
            return EVERYBODY, job_id
        case ["tenants", tenant, "operations", job_id] if tenant and tenant != EVERYBODY:
            return tenant, job_id
    return None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it stands: its name, what was asked for, and the job that it is."""

    name: str
    task: Task
    job: Job

    @classmethod
    def of(cls, tenant: str, job: Job) -> Operation:
        """Read it off its job."""
        return cls(name_of(tenant, job.id), Task.unpack(job.payload), job)

    @property
    def note(self) -> Note | None:
        """How far it is, or how it ended."""
        return read_note(self.job.note)

    @property
    def is_over(self) -> bool:
        """Whether nobody will try it any more, unless it is redriven."""
        return self.job.state in (JobState.KEPT, JobState.DEAD)
