"""A process of the harness, and how it waits for others, which tell nobody when they are ready."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from tests.chaos.history import PATIENCE_S

_EXCEPTION = re.compile(r"^Traceback \(most recent call last\):\n(?: .*\n)+(\S.*)$", re.MULTILINE)
"""A traceback up to the line that names the exception."""
_ROOT = Path(__file__).parent.parent.parent


class Process:
    """A child.

    Parameters
    ----------
    name
        Of its log, in ``folder``.
    command
        Program and arguments.
    environ
        Variables beside the inherited ones.
    """

    def __init__(self, name: str, folder: Path, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self.command = [*command]
        self._log = folder / f"{name}.log"
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")},
            **environ,
        }
        self._read = 0
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it."""
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command, cwd=_ROOT, env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # Ctrl-C is for the harness, which then ends the others
            )  # fmt: skip

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it lives."""
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)

    async def ended(self) -> None:
        """Wait for its end."""
        if self._child is not None:
            await asyncio.to_thread(self._child.wait)

    async def kill(self) -> None:
        """End it without a warning."""
        self.send(signal.SIGKILL)
        await self.ended()

    @property
    def died(self) -> int | None:
        """Its exit code, if it ended."""
        return self._child.poll() if self._child else None

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        return self._log.read_text("utf-8", "replace").strip().rpartition("\n")[2]

    def crashes(self) -> list[str]:
        """Return what exceptions nobody expected, as it logged them since it was asked last."""
        with self._log.open("r", errors="replace") as log:
            log.seek(self._read)
            written = log.read()
            self._read = log.tell()
        return _EXCEPTION.findall(written)

    @property
    def found_no_store(self) -> bool:
        """Whether it was started while no store answered, and said so: whoever keeps it running starts it again."""
        return self.died == 1 and self.last_words.startswith("Error: ") and "Redis" in self.last_words


async def listens(address: str) -> bool:
    """Say whether somebody listens there."""
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


async def until(holds: Callable[[], Awaitable[bool]], what: str, patience_s: float = PATIENCE_S) -> None:
    """Ask again and again; other processes tell nobody when they are ready.

    Raises
    ------
    TimeoutError
        If it does not come true.
    """
    deadline = time.monotonic() + patience_s
    while not await holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience_s:g} s for {what}")
        await asyncio.sleep(0.05)
