"""START HERE. Fairlead's commands, each imported when it is called; ``fairlead serve`` is the service itself.

    serving.serve       the command
    serving.settings    what the operator chose
    serving.wiring      all parts of a process, connected
    serving.lifecycle   start → serve → drain

The way of a request: ``gateway`` → ``router.rpc`` → ``router.assignment`` → the script ``bind.lua``; of a customer:
``gateway`` → ``scoring.rpc`` → ``scoring.model.loaded``. Nobody imports this module.
"""

from __future__ import annotations

import click

import serving  # noqa: F401 (before all others: it settles what gRPC reads from the environment, and whose zones are read)
from router.cli.later import commands_with

COMMANDS = {
    "absences": ("router.cli.absences", "Enter who is on leave, and list them."),
    "activity": ("router.cli.activity", "Record a call, visit, meeting, message, e-mail or note about a work item."),
    "advance": ("router.cli.advance", "Have a work item enter a stage of its process."),
    "agenda": ("router.cli.agenda", "Show what a rep is to follow up, and all that they have open."),
    "approvals": ("router.cli.approvals", "List what is to be approved before work items enter a stage."),
    "approve": ("router.cli.approvals", "Approve the stage that is asked for of a work item."),
    "audit": ("router.cli.audit", "Show who changed what, and prove that the record of it is whole."),
    "calendars": ("router.cli.calendars", "Load, import, show and delete calendars: when people work."),
    "caps": ("router.cli.caps", "Show how much of caps is used, set and remove them."),
    "channels": (
        "notifications.cli.channels",
        "Set up through what people are told: robots of groups, and mail.",
    ),
    "clock": ("serving.clock", "Show and move the simulated time of a private store."),
    "contract": ("fairlead.contract", "Write the API's .proto files, with all that they import, for other languages."),
    "dataset": ("training.cli", "Build a table of customers from their events."),
    "deadlines": ("router.cli.deadlines", "List what falls due of work items by their processes, overdue ones first."),
    "decisions": ("router.cli.decisions", "List what was decided, by time, rep, pool, rule, outcome, kind, source."),
    "deliveries": ("notifications.cli.deliveries", "List who was told what, and how it ended; try again what failed."),
    "demo": ("router.cli.demo", "Route the example leads, then find and route customers about to leave."),
    "digests": ("router.cli.digests", "List which lists of what falls due reps were told of."),
    "doctor": ("serving.doctor.command", "Check the set-up, and say what to do."),
    "erase": ("router.cli.erase", "Erase what is personal of a work item or a customer."),
    "explain": ("router.cli.explain", "Say why DECISION came out as it did."),
    "fairness": ("router.cli.fairness", "Show how far everybody is from a fair share, now and in a period."),
    "health": ("scoring.cli.health", "Check health profiles."),
    "figures": ("router.cli.figures", "Show how processes fared: surveys, call-backs, required fields."),
    "import": ("router.cli.import_book", "Take in leads that have their owners already, from a file."),
    "inspect": ("tables.cli", "Say what a file is taken for, before it is routed, trained on or scored."),
    "items": ("router.cli.items", "List work items as they stand, by time, owner, pool, state, kind, source."),
    "log": ("router.cli.log", "Replay the log, prove that it is whole, write an older one anew."),
    "models": ("scoring.cli.models", "List, compare, challenge, promote and roll back models."),
    "offers": ("router.cli.offers", "List what is offered, and accept or decline it."),
    "operations": ("operations.cli", "Have a running service train and rescore; follow and cancel it."),
    "pause": ("router.cli.pause", "Pause the deadlines of a work item, which waits for somebody else."),
    "presence": ("router.cli.presence", "Say who is away, at once, and who is back."),
    "process": (
        "router.cli.processes",
        "Check, test, walk, publish, compare and draw processes: stages and deadlines.",
    ),
    "queue": ("router.cli.queue", "Look at what is submitted and not routed yet, and mend it."),
    "reassign": ("router.cli.reassign", "Move many open work items: to a rep, or to whom the rules choose."),
    "reopen": ("router.cli.reopen", "Have a closed work item back, for its owner or by the rules."),
    "reject": ("router.cli.approvals", "Reject the stage that is asked for of a work item."),
    "remember": ("scoring.cli.remember", "Let rules know the risks that rescore has found."),
    "rescore": ("scoring.cli.rescore", "Score every customer in a table."),
    "resume": ("router.cli.pause", "Have the deadlines of a paused work item run again."),
    "route": ("router.cli.route", "Route leads from a file, and show how fair it was."),
    "rules": ("router.cli.rules", "Check, test, publish and compare rule sets."),
    "satisfaction": ("router.cli.satisfaction", "Record what a customer answered when they were asked."),
    "serve": ("serving.serve", "Serve in the foreground; end with SIGTERM or Ctrl-C."),
    "sources": ("router.cli.lead_sources", "Set up from where leads come: forms, platforms, spreadsheets."),
    "subscriptions": ("notifications.cli.subscriptions", "Set up which systems are told of changes by webhook."),
    "surveys": ("router.cli.surveys", "List which customers are to be asked, and have not answered yet."),
    "templates": ("notifications.cli.templates", "Show and set your own words around what people are told."),
    "tenant": (
        "router.cli.tenant",
        "Show and set a tenant's zone, calendar, and how long what is closed may be reopened.",
    ),
    "timeline": ("router.cli.timeline", "Tell everything that happened to a work item."),
    "token": ("gateway.cli", "Make keys and tokens to try roles with."),
    "train": ("training.cli", "Train a churn model on a table of customers."),
    "update": ("router.cli.update", "Change what a work item is; its route says whether its owner changes."),
    "verify": ("router.cli.verify", "Rebuild everything from the log and compare it with what the store holds."),
    "workforce": ("router.cli.workforce", "Load, list and export reps, pools and territories."),
    "work": ("serving.worker", "Route, train and rescore what is asked for, in a process of its own."),
}
"""By name: the module that has the command, and its line of help."""


@click.group(cls=commands_with(COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fairlead")
def main() -> None:
    """Fairlead gives every lead one owner, and says which customer is about to leave: fast, explained, proven."""


if __name__ == "__main__":
    main()
