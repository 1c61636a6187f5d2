"""Fairlead as a process: started as an operator starts it, watched by its log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Thread

from click.testing import CliRunner

from service import main

_READY = re.compile(r"ready: listening on (\S+);")


class Served:
    """A running ``fairlead serve``.

    Parameters
    ----------
    data
        Its data folder.
    environ
        Variables beside those of the tests.
    listen
        Address to listen on.
    options
        More of the command line.
    """

    def __init__(
        self,
        data: Path,
        environ: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1:0",
        options: Sequence[str] = (),
    ) -> None:
        program = str(Path(sys.executable).parent / "fairlead")
        command = [program, "serve", "--listen", listen, "--data", str(data), *options]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
        self.process = subprocess.Popen(
            command, env={**inherited, **(environ or {})}, stderr=subprocess.PIPE, text=True
        )
        self.log: list[str] = []
        self.address = ""
        self._settled = Event()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                self.log.append(line)
                if ready := _READY.search(line):
                    self.address = ready[1]
                    self._settled.set()
        self._settled.set()

    def ready(self) -> str:
        """Wait until it serves and return its address."""
        self._settled.wait()
        assert self.address, "".join(self.log)
        return self.address

    def children(self) -> list[int]:
        """Return the processes that it started and that still run."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def terminate(self) -> int:
        """Ask it to end, wait, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """End it without a warning; its store lives on."""
        self.process.kill()
        self.process.wait()

    def ended(self) -> int:
        """Wait for its end and return its exit code."""
        code = self.process.wait()
        self._reader.join()
        return code

    def close(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            self.terminate()


def refusal(data: Path, environ: Mapping[str, str] | None = None, *options: str) -> str:
    """Run a ``fairlead serve`` that must not start, in this process, and return the error it ends with.

    What it does not put into words is raised: no traceback can be taken for a refusal.
    """
    inherited = {name: None for name in os.environ if name.startswith("FAIRLEAD_")}
    command = ["serve", "--listen", "127.0.0.1:0", "--data", str(data), *options]
    ended = CliRunner().invoke(main, command, env={**inherited, **(environ or {})}, catch_exceptions=False)
    assert ended.exit_code == 1, ended.output
    return ended.stderr
