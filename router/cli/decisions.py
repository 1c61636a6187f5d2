"""``fairlead decisions``: what was decided, filtered.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.commands import connected
from router.cli.clocks import Clock
from router.cli.filters import When, composed
from router.cli.lists import (
    HELP,
    KINDS,
    Cells,
    Listing,
    Names,
    enum_value,
    filtered_options,
    resolved,
    several,
    show,
    shown_time,
    waits_for,
    waits_until,
)
from router.cli.periods import period_asked
from router.cli.words import called, last, rule_of

OUTCOMES = click.Choice(["assigned", "offered", "waiting", "unrouted"], case_sensitive=False)
CAUSES = click.Choice(["routed", "reassigned", "override", "woken", "reopened", "imported"], case_sensitive=False)
COLUMNS: Cells = {
    "decision": lambda decision, _: last(decision.name),
    "time": lambda decision, _: shown_time(decision.decide_time, "milliseconds"),
    "work_item": lambda decision, _: last(decision.work_item),
    "outcome": lambda decision, _: enum_value(decision, "outcome"),
    "cause": lambda decision, _: enum_value(decision, "cause"),
    "way": lambda decision, _: enum_value(decision, "way") if decision.rep else "",
    "rep": lambda decision, _: last(decision.rep),
    "rep_name": lambda decision, names: called(decision.rep, names.reps),
    "pool": lambda decision, _: last(decision.pool),
    "pool_name": lambda decision, names: called(decision.pool, names.pools),
    "rule": lambda decision, _: rule_of(decision),
    "step": lambda decision, _: decision.steps[-1] if decision.steps else "",
    "why": lambda decision, _: decision.refusal_summary,
    "charge": lambda decision, _: decision.charge,
    "epoch": lambda decision, _: decision.epoch,
    "actor": lambda decision, _: decision.actor,
    "note": lambda decision, _: decision.note,
    "expected_contact_time": lambda decision, _: (
        shown_time(decision.expected_contact_time) if decision.HasField("expected_contact_time") else ""
    ),
}
TABLE: Cells = {
    "decision": COLUMNS["decision"],
    "time": lambda decision, names: names.clock.shown(decision.decide_time),
    "work item": COLUMNS["work_item"],
    "outcome": COLUMNS["outcome"],
    "rep": COLUMNS["rep_name"],
    "pool": COLUMNS["pool_name"],
    "rule": COLUMNS["rule"],
    "cause": COLUMNS["cause"],
    "waits for": lambda decision, _: waits_for(decision),
    "until": waits_until,
}


@click.group(context_settings=HELP)
def decisions() -> None:
    """List what was decided: when, about what, by which rule, for whom."""


@decisions.command("list")
@several("rep", "Only for this rep, by id or display name")
@several("pool", "Only from this pool, by id or display name")
@several("rule", "Only by this rule, `default` where none matched")
@several("outcome", "Only what came out so", type=OUTCOMES)
@several("cause", "Only what was decided because of this", type=CAUSES)
@several("kind", "Only about this kind", type=KINDS)
@several("source", "Only about what comes from this system")
@filtered_options
def list_decisions(
    given: str, since: When | None, until: When | None, count: int | None, as_json: bool, csv_to: Path | None,
    utc: bool, language: str | None, server: str, tenant: str, **wanted: tuple[str, ...],
) -> None:  # fmt: skip
    """List decisions, newest first.

    \b
      $ fairlead decisions list --since 7d --pool east --outcome unrouted
      $ fairlead decisions list --filter 'cause = OVERRIDE AND actor:*' --csv overrides.csv
      $ fairlead decisions list --since 2026-11-01 --until 2026-12-01 --json | jq .rep

    Fields of a --filter: decide_time, rep, pool, rule, matched_rules (matched_rules:NAME), outcome, cause, kind,
    source, work_item, actor. OR binds closer than AND: use brackets. Times are on the tenant's
    clocks, those of --since and --until too unless they name a zone; those of filters, CSV and JSON in UTC. Where
    something waits, the table says what for, and until when where time brings somebody.
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        period = period_asked(client, names.clock, since, until)
        text = composed(given, "decide_time", *period, resolved(wanted, names, "rep"))
        listed = client.list_decisions(filter=text, language=language or "")
        show(listed, Listing("decisions", TABLE, COLUMNS), names, count, as_json, csv_to)
