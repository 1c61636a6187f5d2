"""How commands are run against a service whose clock is simulated."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from click.testing import CliRunner

from fairlead.client import FairleadClient, FairleadError
from service import main


class Ended(NamedTuple):
    """How something ended: the status code, ``OK`` where it did well, and what was said."""

    code: str
    text: str


@dataclass
class Commands:
    """The commands of a user of one tenant.

    Parameters
    ----------
    address, data, tenant
        Of the service, and whose tenant it is.
    folder
        An empty one, for the files that commands take.
    """

    address: str
    data: Path
    tenant: str
    folder: Path

    def __post_init__(self) -> None:
        self._at = ("--server", self.address, "--tenant", self.tenant)

    def set(self, at_ms: int) -> None:
        """Let it be an instant, and let time stand there."""
        self._clock("rate", "0")
        self._clock("set", datetime.fromtimestamp(at_ms / 1000, UTC).isoformat())

    def _clock(self, *arguments: str) -> None:
        done = CliRunner().invoke(main, ["clock", *arguments, "--data", str(self.data)])
        assert done.exit_code == 0, done.output

    def well(self, *arguments: str) -> str:
        """Run a command that is to succeed."""
        ended = self.run(*arguments)
        assert ended.code == "OK", f"{' '.join(arguments)}: {ended.text}"
        return ended.text

    def run(self, *arguments: str) -> Ended:
        """Run a command."""
        done = CliRunner().invoke(main, [*arguments, *self._at], standalone_mode=False)
        if done.exception is None:
            return Ended("OK", done.output)
        cause = done.exception.__cause__
        text = f"{done.output}{getattr(done.exception, 'message', done.exception)}"
        return Ended(cause.code.name if isinstance(cause, FairleadError) else "FAILED", text)

    def ask(self, call: Callable[[FairleadClient], object]) -> Ended:
        """Ask for what has no command."""
        try:
            with self.client() as client:
                call(client)
        except FairleadError as error:
            return Ended(error.code.name, error.message)
        return Ended("OK", "")

    def client(self) -> FairleadClient:
        """Return a client."""
        return FairleadClient(self.address, self.tenant)

    def yaml(self, name: str, content: object) -> str:
        """Write a file for a command; return its path."""
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        return str(file)

    def csv(self, name: str, rows: list[dict[str, Any]]) -> str:
        """Write a table for a command; return its path."""
        file = self.folder / f"{name}.csv"
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns)
            writer.writeheader()
            writer.writerows(rows)
        return str(file)
