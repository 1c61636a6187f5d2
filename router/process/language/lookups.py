"""What a process names: fields, reps, and its own parts. What is not there goes to the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from resource_names import check_id
from router.process.definition.deadlines import NamedChannel, Recipient, RecipientRole
from router.process.definition.tasks import APPROVER, OWNER
from router.process.language.forms import ChannelForm
from router.rules.lookups import nearest
from router.rules.route import HANDLERS, RoutingRules
from rules.fields import FieldType
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint_among, hint_of_field

_NAMING = (FieldType.STRING, FieldType.LIST)
_RESERVED = {
    HANDLERS: "owned the work item",
    OWNER: "owned the work item",
    APPROVER: "approved or rejected that the work item enters a stage",
}
"""What a child's ``exclude`` names that is no field, each with whom that means."""
"""The types of field whose texts may name reps."""
_ROLES = {str(role): role for role in RecipientRole}


class ProcessNames:
    """Looks up what one process names.

    Parameters
    ----------
    rules
        Says which fields there are; None: not looked up.
    reps
        The reps there are; None: not looked up.
    personal
        Fields that say something about a person.
    pools
        The pools there are; None: not looked up.
    """

    def __init__(
        self,
        report: Report,
        rules: RoutingRules | None = None,
        reps: Collection[str] | None = None,
        personal: Collection[str] = (),
        pools: Collection[str] | None = None,
    ) -> None:
        self._report = report
        self._rules = rules
        self._reps = reps
        self._personal = personal
        self._pools = pools

    def required(self, name: str, path: Path) -> None:
        """Look up a field that a stage requires."""
        if self._rules is None or name in self._rules.fields:
            return
        meant = hint_of_field(name, self._rules.fields, self._rules.fields, FieldType.STRING)
        there = f"declared are {known_names(self._rules.fields)}{meant}"
        if self._rules.ignore_undeclared:
            self._report.warn(path, f"the rules declare no field {shown(name)}; {there}")
        else:
            never = "no work item can have it, so that none enters the stage"
            self._report.warn(path, f"the rules declare no field {shown(name)}: {never}; {there}")

    def dated(self, name: str, path: Path) -> None:
        """Look up a field that something is due by."""
        self._of_type(name, path, FieldType.DATE, "what is due")

    def listed(self, name: str, path: Path) -> None:
        """Look up a field that lists dates."""
        self._of_type(name, path, FieldType.LIST, "what is opened")

    def people(self, name: str, path: Path) -> None:
        """Look up what a child's ``exclude`` names: who had or decided on its parent, or a field that names reps."""
        if name in _RESERVED:
            if self._rules is not None and name in self._rules.fields:
                self._report.error(path, f"{name} means who {_RESERVED[name]}, and a field is called so too")
        elif name in self._personal:
            self._report.error(path, f"{name} is personal: what is opened would tell whom it names when it is erased")
        elif self._rules is not None and self._rules.fields.get(name) not in _NAMING:
            there = [field for field, kind in self._rules.fields.items() if kind in _NAMING]
            allowed = known_names([*_RESERVED, *(field for field in there if field not in self._personal)])
            reserved = f"{HANDLERS}, {OWNER} and {APPROVER}"
            fault = f"found {shown(name)}; allowed are string or list fields, {reserved}: {allowed}"
            names = [*_RESERVED, *there]
            self._report.error(path, f"{fault}{hint_of_field(name, names, self._rules.fields, FieldType.STRING)}")

    def copied(self, name: str, field: str, path: Path) -> None:
        """Look up a field that what is opened has of its parent, where it is called ``field``."""
        if field in self._personal and name not in self._personal:
            fault = f"{field} is personal, and {name} is not: it would stay when it is erased; declare {name} personal"
            self._report.error(path, fault)
        if self._rules is None:
            return
        fields = self._rules.fields
        if self._rules.arrival and name in self._rules.arrival.types:
            self._report.error(path, f"{name} says when a work item came: the server stamps it")
        for each in dict.fromkeys((field, name)):
            if each not in fields:
                meant = hint_of_field(each, fields, fields, FieldType.STRING)
                there = f"declared are {known_names(fields)}{meant}"
                self._report.warn(path, f"the rules declare no field {shown(each)}; {there}")
        if name in fields and field in fields and fields[name] is not fields[field]:
            fault = f"{name} is a {fields[name].value}, and {field} a {fields[field].value}"
            self._report.error(path, f"{fault}: it can be copied to a field of its own type alone")

    def _of_type(self, name: str, path: Path, wanted: FieldType, follows: str) -> None:
        """Look up a field of a type, by which something ``follows``."""
        if name in self._personal:
            self._report.error(path, f"{name} is personal: {follows} would tell of it when it is erased")
        elif self._rules is not None and self._rules.fields.get(name) is not wanted:
            names = [each for each, kind in self._rules.fields.items() if kind is wanted and each not in self._personal]
            there = f"allowed are {wanted.value} fields: {known_names(names)}"
            meant = hint_of_field(name, names, self._rules.fields, wanted)
            self._report.error(path, f"found {shown(name)}; {there}{meant}")

    def recipients(self, forms: Sequence[str | ChannelForm], path: Path) -> tuple[Recipient, ...]:
        """Return whom these are, each once."""
        self.once([form if isinstance(form, str) else f"channel: {form.channel}" for form in forms], path)
        return tuple(dict.fromkeys(self._told(form, (*path, place)) for place, form in enumerate(forms)))

    def _told(self, form: str | ChannelForm, path: Path) -> Recipient:
        return NamedChannel(form.channel) if isinstance(form, ChannelForm) else self._recipient(form, path)

    def approver(self, name: str, path: Path) -> RecipientRole | str:
        """Return who approves: whoever owns the work item does not."""
        if name == RecipientRole.OWNER:
            allowed = ", ".join(role for role in _ROLES if role != RecipientRole.OWNER)
            fault = f"found {shown(name)}; nobody approves their own: {allowed} or the id of a rep is expected"
            self._report.error(path, fault)
        return self._recipient(name, path)

    def _recipient(self, name: str, path: Path) -> RecipientRole | str:
        if name in _ROLES:
            return _ROLES[name]
        if check_id(name):
            meant = hint_among(name, _ROLES)
            self._report.error(path, f"found {shown(name)}; {', '.join(_ROLES)} or the id of a rep is expected{meant}")
        elif self._reps is not None and name not in self._reps:
            meant = nearest(name, [*_ROLES, *self._reps])
            self._report.warn(path, f"there is no rep {shown(name)} yet; there are {known_names(self._reps)}{meant}")
        return name

    def pool(self, name: str, path: Path) -> str:
        """Look up a pool; return its id."""
        if check_id(name):
            self._report.error(path, f"found {shown(name)}; the id of a pool is expected")
        elif self._pools is not None and name not in self._pools:
            meant = nearest(name, list(self._pools))
            self._report.warn(path, f"there is no pool {shown(name)} yet; there are {known_names(self._pools)}{meant}")
        return name

    def one_of(self, what: str, name: str, there: Collection[str], path: Path) -> None:
        """See that a part of the process is there."""
        if name not in there:
            fault = f"there is no {what} {shown(name)}; there are {known_names(there)}{hint_among(name, there)}"
            self._report.error(path, fault)

    def apart(self, ids: Sequence[str], what: str, path_of: Callable[[int], Path]) -> None:
        """See that no two parts are called alike."""
        first: dict[str, int] = {}
        for place, name in enumerate(ids):
            if first.setdefault(name, place) != place:
                line = self._report.line(path_of(first[name]))
                self._report.error(path_of(place), f"the {what} {shown(name)} is there already, in line {line}")

    def once(self, names: Sequence[str], path: Path) -> None:
        """Tell which names stand there twice, where once is enough."""
        for place, name in enumerate(names):
            if name in names[:place]:
                self._report.warn((*path, place), f"{shown(name)} stands there already: once is enough")
