"""Processes to publish in tests, past the sandbox."""

from __future__ import annotations

from router.process.check import NO_RULES, check_process
from router.process.codec import dumps
from router.process.publication import ProcessPublication
from router.rules.route import RoutingRules


def process_publication(source: str, rules: RoutingRules = NO_RULES) -> ProcessPublication:
    """Return what is published of a process, without what the store gives it."""
    process = check_process(source, rules=rules, reps=None).process
    assert process is not None
    kinds, stages = tuple(sorted(process.kinds)), tuple(stage.id for stage in process.stages)
    return ProcessPublication(0, process.id, kinds, stages, source, dumps(process))
