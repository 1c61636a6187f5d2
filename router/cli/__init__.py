"""The routing commands of ``fairlead``."""

from __future__ import annotations

import click

from router.cli.audit import audit
from router.cli.demo import demo
from router.cli.erase import erase
from router.cli.explain import explain
from router.cli.log import log
from router.cli.queue import queue
from router.cli.route import route
from router.cli.rules import rules
from router.cli.verify import verify

COMMANDS: tuple[click.Command, ...] = (audit, demo, route, explain, erase, log, verify, rules, queue)
