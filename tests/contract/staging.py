"""Processes to publish in tests, past the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from router.process.definition.tasks import Approval
from router.process.language.check import NO_RULES, check_process
from router.process.revisions.codec import dumps
from router.process.revisions.publication import ProcessPublication
from router.rules.route import RoutingRules


def process_publication(
    source: str, rules: RoutingRules = NO_RULES, approvals: Mapping[str, Approval] = MappingProxyType({})
) -> ProcessPublication:
    """Return what is published of a process with approvals of stages, without what the store gives it."""
    process = check_process(source, rules=rules, reps=None).process
    assert process is not None
    stages = tuple(replace(stage, approve=approvals.get(stage.id)) for stage in process.stages)
    process = replace(process, stages=stages)
    kinds, names = tuple(sorted(process.kinds)), tuple(stage.id for stage in process.stages)
    return ProcessPublication(0, process.id, kinds, names, source, dumps(process))
