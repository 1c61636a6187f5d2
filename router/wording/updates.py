"""What an update changed, in words, composed from what its message says, which is masked before."""

from __future__ import annotations

from collections.abc import Callable
from json import dumps

from google.protobuf.struct_pb2 import Value

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import workforce_pb2 as workforce
from router.wording.languages import Language
from router.wording.phrases import PARTS, TIMELINE

_ATTRIBUTE = "attributes."
_OWN = ("value", "priority")
"""Fields that every work item has, whatever the rules declare."""


def told(update: decisions.WorkItemUpdate, language: Language, titled: Callable[[str], str] = str) -> str:
    """Say what changed from what to what, which stage it entered, as it is ``titled``, and by whom.

    Examples
    --------
    >>> change = workforce.FieldChange(
    ...     field="attributes.region", before=Value(string_value="north"), after=Value(string_value="east")
    ... )
    >>> update = decisions.WorkItemUpdate(fields=[change], actor="mo")
    >>> told(update, Language.EN), told(update, Language.ZH)
    ('Updated by mo: region from north to east.', 'mo 更新了信息：region 由 north 改为 east。')
    >>> update = decisions.WorkItemUpdate(fields=[change], stage="qualified")
    >>> told(update, Language.EN), told(update, Language.ZH)
    ('It entered stage qualified: region from north to east.', '进入阶段 qualified：region 由 north 改为 east。')
    >>> update = decisions.WorkItemUpdate(stage="won", note="signed today", actor="mo")
    >>> told(update, Language.EN), told(update, Language.ZH)
    ('mo had it enter stage won (signed today).', 'mo 将其推进到阶段 won（signed today）。')
    >>> raised = workforce.FieldChange(field="priority", before=Value(number_value=3), after=Value(number_value=5))
    >>> update = decisions.WorkItemUpdate(fields=[raised], deadline="call")
    >>> told(update, Language.EN), told(update, Language.ZH)
    ('Deadline call: priority from 3 to 5.', '时限 call 已到：优先级由 3 改为 5。')
    """
    erased = set(update.erased)
    changes = (
        PARTS["enumerated"].say(language).join(_change(each, each.field in erased, language) for each in update.fields)
    )
    if update.deadline:
        return TIMELINE["raised"].say(language, deadline=update.deadline, changes=changes)
    key = "advanced" if update.stage else "updated"
    if update.stage and changes:
        changes = PARTS["listed"].say(language, list=changes)
    note = PARTS["note"].say(language, note=update.note) if update.note else ""
    facts = {"actor": update.actor, "stage": titled(update.stage), "changes": changes, "note": note}
    return TIMELINE[f"{key} by" if update.actor else key].say(language, **facts)


def _change(change: workforce.FieldChange, is_erased: bool, language: Language) -> str:
    field = change.field.removeprefix(_ATTRIBUTE)
    if change.field in _OWN:
        field = PARTS[f"field {field}"].say(language)
    if is_erased:
        return PARTS["changed and erased"].say(language, field=field)
    before, after = (_shown(change, name, language) for name in ("before", "after"))
    key = "set" if not before else "changed" if after else "taken out"
    return PARTS[key].say(language, field=field, before=before, after=after)


def _shown(change: workforce.FieldChange, name: str, language: Language) -> str:
    """Show a value; empty for none."""
    if not change.HasField(name):
        return ""
    return _written(getattr(change, name), language)


def _written(value: Value, language: Language) -> str:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value or dumps("")
        case "number_value":
            return f"{value.number_value:.15g}"
        case "list_value":
            return PARTS["enumerated"].say(language).join(_written(each, language) for each in value.list_value.values)
    return dumps(value.bool_value)
