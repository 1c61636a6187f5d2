"""What several commands make of a decision that comes with its words."""

from __future__ import annotations

from collections.abc import Mapping

from fairlead.v1 import decisions_pb2 as decisions
from router.cli.labels import label
from router.cli.whom import id_called
from router.wording.languages import Language


def called(name: str, names: Mapping[str, str]) -> str:
    """Return how to call a rep, by resource name."""
    return names.get(name, last(name))


def owner_of(decision: decisions.Decision, language: Language = Language.EN) -> str:
    """Return how to call the owner that a decision tells of, or whom it offers its work item to."""
    rep = decision.rep_display_name or last(decision.rep)
    if decision.outcome == decisions.Decision.OUTCOME_OFFERED:
        return label("to accept", language, rep=rep or label("whoever is first", language))
    return rep or label("nobody", language)


def rule_of(decision: decisions.Decision) -> str:
    """Return the id of the applied rule; ``default`` where none matched."""
    return decision.matched_rules[0] if decision.matched_rules else "default"


def why_not(decision: decisions.Decision, rep: str, language: Language = Language.EN) -> list[str]:
    """Lay out why a rep did not get it: each reason with what they have and what was asked for, or the claims compared.

    Parameters
    ----------
    decision
        In its full view.
    rep
        Resource name, id or display name.

    Raises
    ------
    LookupError
        If the rep was not looked at: there was nobody of that name then.
    click.BadParameter
        If several were called so.
    """
    looked_at = {c.rep: c.rep_display_name for c in decision.candidates}
    rep_id = id_called(rep, looked_at, "--rep", language)
    candidate = next((c for c in decision.candidates if last(c.rep) == rep_id), None)
    if candidate is None:
        raise LookupError(rep)
    heading, *compared = candidate.sentences
    reasons = [_told(reason, language) for reason in candidate.reasons]
    return [heading, *(f"  {line}" for line in [*compared, *reasons])]


def _told(reason: decisions.Reason, language: Language) -> str:
    """Lay out a reason; what refuses in general is left out where the sentence says it."""
    if reason.code == "REACHED_CAP" or reason.text.startswith(reason.short_text):
        return f"{reason.text}  [{reason.code}]"
    return label("why", language, refused=reason.short_text, reason=reason.text, code=reason.code)


def last(name: str) -> str:
    """Return the last part of a resource name."""
    return name.rpartition("/")[2]
