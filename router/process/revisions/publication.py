"""Published revisions of processes. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from router.model.workitem import Kind


@dataclass(frozen=True, slots=True)
class ProcessPublication:
    """One published revision of a process.

    Parameters
    ----------
    revision
        Counts the publications of all processes of the tenant, from 1; 0: it is not published yet.
    process
        The process's id.
    kinds
        What enters it.
    stages
        The ids of its stages, in order.
    stored
        The checked form that servers load.
    event
        The event that published it.
    """

    revision: int
    process: str
    kinds: tuple[Kind, ...]
    stages: tuple[str, ...]
    source: str
    stored: str
    note: str = ""
    rollback_of: int = 0
    event: int = 0
    at_ms: int = 0
    actor: str = ""


class Active(NamedTuple):
    """The newest revision of a process, and the kinds that it has."""

    revision: int
    kinds: tuple[Kind, ...]
