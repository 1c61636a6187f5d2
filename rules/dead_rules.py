"""What ``coverage`` finds, in words and at its place in the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.conditions import Condition, Predicate
from rules.coverage import Contradiction, Covered, findings
from rules.fields import FieldType
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.ruleset import RuleSet
from rules.values import from_epoch


def warn_of_dead_rules(rule_set: RuleSet[object], indexes: Sequence[int], report: Report) -> None:
    """Warn of rules that can never be first, or never match; ``indexes`` says where each stands in the document."""
    few = rule_set.only_values
    for finding in findings(rule_set):
        rule, at = rule_set.rules[finding.rule], ("rules", indexes[finding.rule])
        match finding:
            case Covered(by=(only,)):
                report.warn(at, f"rule {rule.id} can never be first: {only} precedes it and always matches too")
            case Covered(by=several):
                names = " and ".join(several) if len(several) < 4 else known_names(several)
                shadow = f"{names} precede it, and one of them always matches too"
                report.warn(at, f"rule {rule.id} can never be first: {shadow}")
            case Contradiction(alone=True, condition=Predicate(of, _, value)) if value is not None and of not in few:
                pass  # a word for missing, which is said where it stands
            case Contradiction(path=path, whole=whole):
                subject = (
                    f"rule {rule.id} can never match" if whole else f"this alternative of rule {rule.id} can never hold"
                )
                report.warn((*at, *path), f"{subject}: {_why_never(finding, rule_set.fields, at, report)}")


def _why_never(finding: Contradiction, fields: Mapping[str, FieldType], at: Path, report: Report) -> str:
    words = _in_words(finding.condition, fields)
    if finding.other is not None:
        path, other = finding.other
        return f"{words} contradicts {_in_words(other, fields)} in line {report.line((*at, *path))}"
    return f"{words} never holds" if finding.alone else f"{words} contradicts what stands around it"


def _in_words(condition: Condition, fields: Mapping[str, FieldType]) -> str:
    if not isinstance(condition, Predicate):
        return "this condition"
    value = condition.value
    if value is None:
        return f"{condition.field} {condition.op}"
    if fields.get(condition.field) is FieldType.DATE:
        written = [from_epoch(float(each)) for each in (value if isinstance(value, tuple) else (value,))]
        return f"{condition.field} {condition.op} {', '.join(map(str, written))}"
    return f"{condition.field} {condition.op} {shown(value)}"
