"""Where a caller may write a person's name: every text of every request, read off the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tests.fuzzing.seeds import seeds_of
from tests.methods import METHODS

OURS = "fairlead.v1."
STRUCT = "google.protobuf.Struct"
SKIPPED: Mapping[str, str] = {
    r".*\.(parent|name|owner|pool|decision|first|second|rep|rep_id|covered_rep|substitute|pool_id|territory_id|model_version|process)":
        "names a resource: a structural id, managed by its collection; in a work item the output-only ones are ignored",
    r".*\.(work_items|work_item|members\.rep|update_mask\.paths)": "names resources, or fields of them",
    r"RoutingService/.*\.source": "names the system that a work item comes from",
    r".*\.(etag|page_token|resume_token)": "was written by a server: anything else is refused, and kept nowhere",
    r".*\.(approval|moved_deadlines)\..*": "is output only, and ignored",
    r".*\.repeat_of": "is output only, and ignored",
    r".*\.children\.entry": "is output only, and ignored",
    r".*/RecordActivity\.activity\.(rep_display_name|actor|erased)": "is output only, and ignored",
    r".*/BatchReassignWorkItems\.filter": "says which work items: it is kept nowhere",
    r".*/UpdateWorkItem\.work_item\.external_id": "cannot be changed: any other is refused, and kept nowhere",
    r"RoutingService/.*\.stage": "names a stage of a process: another is refused, or it is output only",
    r".*/ListAgenda\.date": "is a date: anything else is refused, and kept nowhere",
    r".*\.(locale|language_code)": "is one of two words: anything else is refused",
    r"WorkforceService/.*\.(display_name|attributes|capacity)":
        "is about staff, not about who is routed: UpdateRep changes it, DeleteRep removes it",
    r"RuleService/.*\.(source|tests|note)": "is text about rules, which are kept with every decision made by them",
    r"ProcessService/.*\.(source|note)": "is text about processes, which are kept with everything that is in them",
    r"ModelService/.*\.(actor|reason|override_reason|request_id)":
        "is about a change of a model, written in the registry's own journal",
    r"(ModelService/TrainModel|ScoringService/RescoreCustomers)\.(data_path|out_path|target|positive|negative|.*_columns?)":
        "names a file, or a column of one, or an outcome in it",
    r"(ModelService/TrainModel|ScoringService/RescoreCustomers)\.read_options\..*": "says how a file is read",
    r"DeliveryService/.*\.(url|address|secret)":
        "is where a system or a member of staff is told, encrypted while it is kept, until it is deleted",
    r"DeliveryService/Create(Subscription|Channel)\.request_id":
        "says which call made something: encrypted while it is kept, until that is changed or deleted",
    r"DeliveryService/UpdateTemplates\.templates\.(texts|default_texts)":
        "are words around messages by names that are known, or output only: UpdateTemplates replaces them",
    r"DeliveryService/.*\.(event_types|role|calendar|subscription|channel|subscription_id|channel_id)":
        "names what is told, and who: a structural id, or a word that is known",
    r"IntakeService/.*\.(source_id|source\..*|failures)":
        "says how what a source sends is read, not whom it is about; or names what could not be",
    r"IntakeService/.*\.payload\.content_type": "says of which kind a payload is",
    r"PrivacyService/EraseSubject\.subject": "says who is to be erased: nothing is kept of it",
}  # fmt: skip
"""By field, as ``Service/Method.path``: why no person is planted there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A text that a caller may fill in."""

    method: str
    path: tuple[str, ...]
    is_struct: bool

    @property
    def name(self) -> str:
        """Name it as in ``RoutingService/RouteWorkItem.work_item.external_id``."""
        return ".".join((self.method.removeprefix(OURS), *self.path))

    @property
    def is_skipped(self) -> bool:
        """Say whether there is a reason to leave it alone."""
        return any(re.fullmatch(pattern, self.name) for pattern in SKIPPED)


def places() -> Iterator[Place]:
    """Yield all of them."""
    for name, method in METHODS.items():
        if name.startswith(OURS):
            yield from (Place(name, path, is_struct) for path, is_struct in _texts(method.input_type, (), ()))


def _texts(
    message: Descriptor, path: tuple[str, ...], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], bool]]:
    for field in message.fields:
        here, inner = (*path, field.name), field.message_type
        if inner is None:
            if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
                yield here, False
        elif inner.full_name == STRUCT or inner.GetOptions().map_entry:
            yield here, inner.full_name == STRUCT
        elif inner.full_name not in above:
            yield from _texts(inner, here, (*above, message.full_name))


def planted(method: str, value: Any, attributes: Mapping[str, str]) -> Message:
    """Return a request that is understood, with a person in every place of it.

    Parameters
    ----------
    value
        Makes the text of a place, a new one each time.
    attributes
        What is put in free attributes.
    """
    request: Message = GetMessageClass(METHODS[method].input_type).FromString(seeds_of(method)[-1])
    for place in places():
        if place.method == method and not place.is_skipped:
            _plant([request], place.path, value, attributes)
    return request


def _plant(targets: list[Any], path: tuple[str, ...], value: Any, attributes: Mapping[str, str]) -> None:
    first, *rest = path
    for target in targets:
        field = target.DESCRIPTOR.fields_by_name[first]
        if rest:
            inner = getattr(target, first)
            _plant(list(inner) if field.is_repeated else [inner], tuple(rest), value, attributes)
        elif field.message_type is not None and field.message_type.full_name == STRUCT:
            getattr(target, first).update(attributes)
        elif field.message_type is not None:
            is_text = field.message_type.fields_by_name["value"].type == FieldDescriptor.TYPE_STRING
            getattr(target, first)[value()] = value() if is_text else 1
        elif field.is_repeated:
            getattr(target, first)[:] = [value()]
        else:
            setattr(target, first, value().encode() if field.type == FieldDescriptor.TYPE_BYTES else value())
