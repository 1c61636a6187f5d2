"""How training says how far it is, and hears that it should stop."""

from __future__ import annotations

from typing import Protocol


class ProgressListener(Protocol):
    """Somebody who wants to know; may raise from `advance` to cancel."""

    def stage(self, name: str, n_steps: int) -> None:
        """Begin a stage of so many steps."""

    def advance(self) -> None:
        """Finish one step of the stage."""


class Silent:
    """Nobody wants to know."""

    def stage(self, name: str, n_steps: int) -> None:
        """Begin a stage."""

    def advance(self) -> None:
        """Finish a step."""
