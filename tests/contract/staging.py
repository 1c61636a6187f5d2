"""Processes to publish in tests, past the sandbox."""

from __future__ import annotations

from router.process.check import NO_RULES, check_process
from router.process.codec import dumps
from router.process.publication import ProcessPublication


def process_publication(source: str) -> ProcessPublication:
    """Return what is published of a process, without what the store gives it."""
    process = check_process(source, rules=NO_RULES, reps=None).process
    assert process is not None
    kinds, stages = tuple(sorted(process.kinds)), tuple(stage.id for stage in process.stages)
    return ProcessPublication(0, process.id, kinds, stages, source, dumps(process))
