"""The form of what the rows of a walk expect, as people write it.

The models say which keys there are and of which shape; ``router.cli.walk_files`` looks at what they mean.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fairlead.v1 import deadlines_pb2, routing_pb2
from router.process.definition.deadlines import Act
from router.rules.forms import Id
from rules.forms import Form, Name

KINDS = tuple(name.removeprefix("KIND_") for name in routing_pb2.WorkItem.Kind.keys()[1:])
PARTS = tuple(name.removeprefix("KIND_") for name in deadlines_pb2.TimePart.Kind.keys()[1:])
_STATES = tuple(name.removeprefix("STATE_") for name in routing_pb2.WorkItem.State.keys()[1:])
_WAYS = ("GREEDY", "APART", "OVERRIDE")
_ACTS = tuple(map(str, Act))


class ToldForm(Form):
    """Who was told of which work item, by which step of a deadline; of an offer that lapsed by none.

    Either ``who``, a rep, or ``channel``, one that the process names.
    """

    who: Id | None = None
    channel: Id | None = None
    about: Name
    step: Literal[_ACTS] | None = None  # type: ignore[valid-type]


class ChildForm(Form):
    """A child: what of the stage it is, and how it stands; ``owner: ''`` is nobody."""

    entry: Name
    owner: str | None = None
    state: Literal[_STATES] | None = None  # type: ignore[valid-type]
    kind: Literal[KINDS] | None = None  # type: ignore[valid-type]
    pool: Id | None = None
    value: float | None = None
    due: Annotated[str | None, Field(description="When it falls due, as a time like at; null: it does not.")] = None
    opens: Annotated[
        str | None, Field(description="On which date it is opened, as a time like at; null: it is there.")
    ] = None


class TookForm(Form):
    """How long a deadline took, or has taken by then; lengths such as ``41h 25m``."""

    counted: Annotated[str | None, Field(description="For how long its clock ran.")] = None
    wall: Annotated[str | None, Field(description="From when its parts begin until it ended.")] = None
    parts: Annotated[
        dict[Literal[PARTS], str] | None,  # type: ignore[valid-type]
        Field(description="Where that went on the wall, exactly these."),
    ] = None


class MovedForm(Form):
    """A deadline that is due at another time since the workforce was edited last; times like ``at``."""

    item: Name
    deadline: Name
    before: Annotated[str, Field(description="When it was due.")]
    due: Annotated[str, Field(description="When it is due now.")]


class WalkExpectForm(Form):
    """What is to be seen then; what is left out is not looked at. ``owner: ''`` and ``offered: ''`` are nobody."""

    item: Name | None = None
    owner: str | None = None
    state: Literal[_STATES] | None = None  # type: ignore[valid-type]
    epoch: Annotated[int | None, Field(ge=0)] = None
    priority: int | None = None
    stage: Annotated[str | None, Field(description="The stage of its process that it is in; '': none.")] = None
    due: Annotated[
        dict[Name, str | None] | None,
        Field(description="By deadline, when the one that began last falls due, as a time like at; null: none runs."),
    ] = None
    met: Annotated[list[Name] | None, Field(description="Deadlines that were met, these at least; []: none.")] = None
    missed: Annotated[
        list[Name] | None, Field(description="Deadlines that are overdue or were met too late; []: none.")
    ] = None
    paused: Annotated[list[Name] | None, Field(description="Deadlines that stand still, exactly these.")] = None
    took: Annotated[
        dict[Name, TookForm] | None, Field(description="By deadline, how long the one took that began last.")
    ] = None
    says: Annotated[list[str], Field(description="What its timeline says, in English or Chinese; these at least.")] = []
    way: Annotated[
        Literal[_WAYS] | None,  # type: ignore[valid-type]
        Field(description="How its latest change of owner entered the ledger."),
    ] = None
    offered: Annotated[str | None, Field(description="To whom it is offered; of a broadcast nobody alone.")] = None
    expires: Annotated[str | None, Field(description="When that is over, as a time like at.")] = None
    worked: bool | None = None
    next: Annotated[str | None, Field(description="Its next date, as a time like at; '': none.")] = None
    conflict: Annotated[list[Id] | None, Field(description="Whom its route left out by exclude.")] = None
    reasons: Annotated[
        dict[Id, Name] | None, Field(description="By rep, why the latest decision could not give it to them.")
    ] = None
    children: Annotated[
        list[ChildForm] | None,
        Field(description="Exactly these, in the order in which they were opened since it came, or was reopened."),
    ] = None
    agenda: Annotated[dict[Id, list[Name]] | None, Field(description="What each is to follow up that day.")] = None
    repeat_of: Annotated[str | None, Field(description="The work item that it repeats; '': none.")] = None
    away: list[Id] | None = None
    told: Annotated[list[ToldForm] | None, Field(description="Exactly these, since the row before.")] = None
    nobody_told: Literal[True] | None = None
    lists: Annotated[
        dict[Id, list[Name]] | None,
        Field(
            description="What stood in the lists of what falls due of each who was told of one, since the row before."
        ),
    ] = None
    surveys: Annotated[
        dict[Name, list[Literal["csat", "nps"]]] | None,
        Field(description="By work item, what its customer was to be asked since the row before: exactly these."),
    ] = None
    moved: Annotated[
        list[MovedForm] | None, Field(description="What the last edit of the workforce moved, exactly these.")
    ] = None
    refused: Annotated[Name | None, Field(description="The status code that what is done ends with.")] = None
    names: Annotated[list[str], Field(description="What the refusal has to name.")] = []
    deficits: Annotated[
        dict[Id, dict[Id, float]] | None,
        Field(description="Entitled minus received, per pool and rep, to the thousandth; who is left out is at 0."),
    ] = None
