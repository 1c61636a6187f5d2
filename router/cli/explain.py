"""``fairlead explain``: one decision, told so that the rep who did not get the lead can follow it.

The words are the service's; this lays them out.
"""

from __future__ import annotations

import sys
from itertools import takewhile

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.consoles import console_for
from router.cli.labels import label
from router.cli.words import last, owner_of, rule_of, why_not
from router.wording.figures import claim_of, signed
from router.wording.languages import Language

_CHOSEN, _ELIGIBLE = decisions.Candidate.VERDICT_CHOSEN, decisions.Candidate.VERDICT_ELIGIBLE
_MOST_REFUSED = 40


@click.command()
@click.argument("decision", required=False)
@click.option("--source", default="", help="The system that the work item comes from; with --external-id.")
@click.option("--external-id", default="", help="What the work item is called there.")
@click.option("--rep", help="Say why this rep did not get it: an id or a display name.")
@language_option
@server_option
@tenant_option
def explain(
    decision: str | None, source: str, external_id: str, rep: str | None, language: str, server: str, tenant: str
) -> None:
    """Say why DECISION came out as it did.

    DECISION is its number, its full name, or the work item it is about (then the latest one): its name, or
    source~external_id, whatever characters they have. Where the source itself has a ~, give the two as options.
    Shows the rule with each comparison, the steps of the route, and how every candidate stood.

    \b
      $ fairlead explain 17
      $ fairlead explain crm~L-017 --rep li-na
      $ fairlead explain "my crm~L 17/b"
      $ fairlead explain --source crm --external-id "L 17"
      $ fairlead explain tenants/default/decisions/17 --language zh

    Exits with 1 if there is no such decision, or no such rep at that time.
    """
    if bool(decision) is bool(source or external_id):
        raise click.UsageError("give DECISION, or --source and --external-id")
    spoken = Language(language)
    with connected(server, tenant) as client:
        name, called = _decision_of(client, decision or "", source, external_id)
        answer = client.explain(name, language=spoken)
        became = _became(client, answer, spoken) if answer.outcome == decisions.Decision.OUTCOME_OFFERED else ""
    console = console_for(sys.stdout)
    show(answer, console, spoken, called, became)
    if rep:
        console.print()
        _why_not(answer, rep, console, spoken)


def _decision_of(client: FairleadClient, decision: str, source: str, external_id: str) -> tuple[str, str]:
    """Return the name of the decision that is meant, and what its work item is called where its name is a hash."""
    if decision.isdecimal() or (decision.startswith("tenants/") and "/decisions/" in decision):
        return decision, ""
    item = _item_of(client, decision, source, external_id)
    if not item.decision:
        asked = decision or f"{source}~{external_id}"
        raise click.ClickException(f"{asked} is submitted and not decided yet: see `fairlead queue stats`")
    is_hashed = last(item.name).startswith("~") and item.external_id
    return item.decision, f"{item.source}~{item.external_id}" if is_hashed else ""


def _item_of(client: FairleadClient, name: str, source: str, external_id: str) -> routing.WorkItem:
    if name and not name.startswith("tenants/"):
        source, _, external_id = name.partition("~")
    is_name = name and not (source and external_id)
    return client.get_work_item(name) if is_name else client.get_work_item(source=source, external_id=external_id)


def _why_not(decision: decisions.Decision, rep: str, console: Console, language: Language) -> None:
    try:
        for line in why_not(decision, rep, language):
            console.print(Text(line))
    except LookupError:
        looked_at = ", ".join(sorted(last(candidate.rep) for candidate in decision.candidates)[:20])
        facts = {"rep": repr(rep), "others": looked_at or label("nobody", language)}
        raise click.ClickException(f"--rep: {label('not looked at', language, **facts)}") from None


def _became(client: FairleadClient, offer: decisions.Decision, language: Language) -> str:
    """Say what became of an offer, in the words of the work item's timeline."""
    number = int(last(offer.name))
    later = takewhile(lambda entry: int(entry.id) > number, client.timeline(offer.work_item, language=language))
    told = [entry.words for entry in later if entry.offer_answer.offer == number]
    space = " " if language is Language.EN else ""
    return space.join(reversed(told)) or label("not answered", language)


def show(
    decision: decisions.Decision, console: Console, language: Language, called: str = "", became: str = ""
) -> None:
    """Print a decision with all that led to it.

    Parameters
    ----------
    called
        Told beside a work item's name that says nothing.
    became
        What became of it, where it is an offer.
    """
    name = last(decision.work_item)
    item = label("item", language, name=name, called=called) if called else name
    title = label("title", language, number=last(decision.name), item=item)
    console.print(Text.assemble((title, "bold"), (owner_of(decision, language), "bold green")))
    for sentence in [*decision.sentences, *([became] if became else [])]:
        console.print(Text(f"  {sentence}"))
    decided = label(
        "decided",
        language,
        instant=decision.decide_time.ToDatetime().isoformat(" ", "milliseconds"),
        rules=decision.rule_set_revision,
        workforce=decision.workforce_revision,
        epoch=decision.epoch,
    )
    console.print(f"  {decided}", style="dim")
    _show_rule(decision, console, language)
    _show_steps(decision, console, language)
    if decision.candidates:
        console.print()
        console.print(_candidates(decision, language))


def _show_rule(decision: decisions.Decision, console: Console, language: Language) -> None:
    others = decision.matched_rules[1:]
    also = label("matched too", language, rules=", ".join(others)) if others else ""
    console.print(Text(f"\n{label('rule', language, rule=rule_of(decision))}{also}", style="bold"))
    if not decision.predicates:
        matched = "matches everything" if decision.matched_rules else "no rule matched"
        console.print(f"  {label(matched, language)}")
    for predicate in decision.predicates:
        mark = Text("  ✓ " if predicate.holds else "  ✗ ", style="green" if predicate.holds else "red")
        console.print(mark + Text(predicate.explanation))


def _show_steps(decision: decisions.Decision, console: Console, language: Language) -> None:
    console.print(Text(f"\n{label('steps', language)}", style="bold"))
    summaries = zip(decision.step_texts, decision.step_summaries, strict=False)
    for place, (step, summary) in enumerate(summaries, start=1):
        console.print(Text(f"  {label('step', language, place=place, step=step, ending=summary.text)}"))


def _candidates(decision: decisions.Decision, language: Language) -> Table:
    title = label("candidates", language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    table.add_column(label("rep", language), no_wrap=True)
    for heading in ("deficit", "share", "claim", "after", "score"):
        table.add_column(label(heading, language), justify="right")
    table.add_column("", overflow="fold")
    eligible = [c for c in decision.candidates if c.verdict in (_CHOSEN, _ELIGIBLE)]
    for candidate in sorted(eligible, key=claim_of, reverse=True):
        chosen = candidate.verdict == _CHOSEN
        table.add_row(
            _called(candidate),
            signed(candidate.deficit_before),
            f"{candidate.entitlement:.2f}",
            f"{claim_of(candidate):.2f}",
            signed(candidate.deficit_after),
            str(candidate.score),
            label("chosen", language) if chosen else "",
            style="bold green" if chosen else "",
        )
    _add_refused(table, decision, language)
    return table


def _add_refused(table: Table, decision: decisions.Decision, language: Language) -> None:
    """Add those who could not have had it, the nearest first: who only lacks one thing goes before who lacks three."""
    refused = sorted((c for c in decision.candidates if c.reasons), key=lambda c: len(c.reasons))
    within = [c for c in refused if c.reasons[0].code != "NOT_A_MEMBER"]
    for candidate in within[:_MOST_REFUSED]:
        reasons = label("semicolon", language).join(reason.text for reason in candidate.reasons)
        table.add_row(_called(candidate), *("",) * 5, reasons, style="dim")
    outside = len(refused) - len(within)
    hidden = len(within) - min(len(within), _MOST_REFUSED)
    if outside or hidden:
        more = label("more members", language, count=hidden) if hidden else ""
        table.caption = more + label("outside", language, count=outside)
        table.caption_justify = "left"


def _called(candidate: decisions.Candidate) -> str:
    return candidate.rep_display_name or last(candidate.rep)
