"""``fairlead explain``: one decision, told so that the rep who did not get the lead can follow it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import decisions_pb2 as decisions
from router.cli.consoles import console_for, names_of
from router.cli.words import called, claim_of, in_words, rule_of, signed, why_not

_CHOSEN, _ELIGIBLE = decisions.Candidate.VERDICT_CHOSEN, decisions.Candidate.VERDICT_ELIGIBLE
_MOST_REFUSED = 40


@click.command()
@click.argument("decision")
@click.option("--rep", help="Say why this rep did not get it: an id or a display name.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the summary.")
@server_option
@tenant_option
def explain(decision: str, rep: str | None, language: str, server: str, tenant: str) -> None:
    """Say why DECISION came out as it did.

    DECISION is its number, its full name, or the work item it is about (then the latest one). Shows the rule with
    each comparison, the steps of the route, and how every candidate stood.

    \b
      $ fairlead explain 17
      $ fairlead explain crm~L-017 --rep li-na
      $ fairlead explain tenants/default/decisions/17 --language zh

    Exits with 1 if there is no such decision, or no such rep at that time.
    """
    with connected(server, tenant) as client:
        if "/decisions/" in decision or decision.isdecimal():
            answer = client.explain(decision)
        else:
            item = client.get_work_item(decision)
            if not item.decision:
                raise click.ClickException(f"{decision} is submitted and not decided yet: see `fairlead queue stats`")
            answer = client.explain(item.decision)
        names = names_of(client)
    console = console_for(sys.stdout)
    show(answer, names, console, "zh" if language == "zh" else "en")
    if rep:
        console.print()
        _why_not(answer, rep, names, console)


def _why_not(decision: decisions.Decision, rep: str, names: Mapping[str, str], console: Console) -> None:
    full_names = {name.rpartition("/")[2]: name for name in names} | {called: name for name, called in names.items()}
    try:
        for line in why_not(decision, full_names.get(rep, rep), names):
            console.print(Text(line))
    except LookupError:
        looked_at = ", ".join(sorted(candidate.rep.rpartition("/")[2] for candidate in decision.candidates)[:20])
        raise click.ClickException(f"--rep {rep!r} was not looked at; there were: {looked_at or 'nobody'}") from None


def show(decision: decisions.Decision, names: Mapping[str, str], console: Console, language: str) -> None:
    """Print a decision with all that led to it."""
    item, number = decision.work_item.rpartition("/")[2], decision.name.rpartition("/")[2]
    owner = called(decision.rep, names) if decision.rep else "nobody"
    console.print(Text.assemble((f"Decision {number}: {item} → ", "bold"), (owner, "bold green")))
    for sentence in in_words(decision, names, "zh" if language == "zh" else "en"):
        console.print(Text(f"  {sentence}"))
    decided = decision.decide_time.ToDatetime().isoformat(" ", "milliseconds")
    console.print(
        f"  decided {decided} UTC by rules {decision.rule_set_revision}, workforce {decision.workforce_revision}; "
        f"epoch {decision.epoch}",
        style="dim",
    )
    _show_rule(decision, console)
    _show_steps(decision, console)
    if decision.candidates:
        console.print()
        console.print(_candidates(decision, names))


def _show_rule(decision: decisions.Decision, console: Console) -> None:
    also = f" (matched too: {', '.join(decision.matched_rules[1:])})" if len(decision.matched_rules) > 1 else ""
    console.print(Text(f"\nRule {rule_of(decision)}{also}", style="bold"))
    if not decision.predicates:
        console.print("  matches everything" if decision.matched_rules else "  no rule matched")
    for predicate in decision.predicates:
        mark = Text("  ✓ " if predicate.holds else "  ✗ ", style="green" if predicate.holds else "red")
        met = f"is {predicate.actual or ('erased' if predicate.erased else 'missing')}"
        console.print(mark + Text(f"{predicate.field} {predicate.op} {predicate.expected}".rstrip()) + Text(f"  {met}"))


def _show_steps(decision: decisions.Decision, console: Console) -> None:
    console.print(Text("\nSteps of the route", style="bold"))
    for place, step in enumerate(decision.steps, start=1):
        last = place == len(decision.steps)
        ending = decision.refusal_summary if last else "nobody"
        console.print(Text(f"  {place}. {step}: {ending}"))


def _candidates(decision: decisions.Decision, names: Mapping[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Candidates", title_justify="left", title_style="bold")
    table.add_column("rep", no_wrap=True)
    for heading in ("deficit", "+ share", "= claim", "after", "score"):
        table.add_column(heading, justify="right")
    table.add_column("")
    eligible = [c for c in decision.candidates if c.verdict in (_CHOSEN, _ELIGIBLE)]
    for candidate in sorted(eligible, key=claim_of, reverse=True):
        chosen = candidate.verdict == _CHOSEN
        table.add_row(
            called(candidate.rep, names),
            signed(candidate.deficit_before),
            f"{candidate.entitlement:.2f}",
            f"{claim_of(candidate):.2f}",
            signed(candidate.deficit_after),
            str(candidate.score),
            "chosen" if chosen else "",
            style="bold green" if chosen else "",
        )
    _add_refused(table, decision, names)
    return table


def _add_refused(table: Table, decision: decisions.Decision, names: Mapping[str, str]) -> None:
    """Add those who could not have had it, the nearest first: who only lacks one thing goes before who lacks three."""
    refused = sorted((c for c in decision.candidates if c.reasons), key=lambda c: len(c.reasons))
    within = [c for c in refused if c.reasons[0].code != "NOT_A_MEMBER"]
    for candidate in within[:_MOST_REFUSED]:
        reasons = "; ".join(reason.text for reason in candidate.reasons)
        table.add_row(called(candidate.rep, names), *("",) * 5, reasons, style="dim")
    outside = len(refused) - len(within)
    hidden = len(within) - min(len(within), _MOST_REFUSED)
    if outside or hidden:
        more = f"{hidden} more members, " if hidden else ""
        table.caption = f"{more}{outside} reps not in the pool"
        table.caption_justify = "left"
