"""What of telemetry an operator switched on, as one thing to connect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telemetry import logs, metrics_address, traces
from telemetry.calls import CurrentCall
from telemetry.logs import CallLog
from telemetry.traces import Traces

if TYPE_CHECKING:
    from telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """What an operator can choose.

    Parameters
    ----------
    log
        The form of its lines.
    metrics
        Where Prometheus may ask; empty: nowhere.
    traces
        Whether spans are sent.
    """

    log: logs.Form = "text"
    metrics: str = ""
    traces: bool = False

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> TelemetrySettings:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        return cls(logs.form_from(environ), metrics_address.address_from(environ), traces.is_wanted(environ))


NOTHING = TelemetrySettings()
"""Lines for people, and no more."""


class Watch:
    """Logs, metrics and traces of one process.

    Parameters
    ----------
    wanted
        What is on.

    Raises
    ------
    CannotTrace
        If traces are wanted and cannot be had.
    """

    def __init__(self, wanted: TelemetrySettings) -> None:
        self._address = wanted.metrics
        self.metrics = _metrics() if wanted.metrics else None
        self._traces = Traces() if wanted.traces else None
        self._ends = ExitStack()
        heard = (CurrentCall(), self._traces, self.metrics, CallLog())
        self.observers: list[Any] = [observer for observer in heard if observer is not None]

    @property
    def script(self) -> Callable[[str], Any] | None:
        """What is told of each script; None: nobody listens."""
        listeners = [listener.script for listener in (self.metrics, self._traces) if listener is not None]
        return _all(listeners) if listeners else None

    def start(self) -> None:
        """Answer Prometheus.

        Raises
        ------
        CannotServeMetrics
            If the address cannot be had.
        """
        if self._traces is not None:
            self._ends.callback(self._traces.close)
        if self.metrics is not None:
            self._ends.callback(self.metrics.serve(self._address))

    def close(self) -> None:
        """Send what was not sent yet, and let go of the port."""
        self._ends.close()


def _metrics() -> Metrics:
    from telemetry.metrics import Metrics  # prometheus_client: only who has them wanted waits for it

    return Metrics()


def _all(listeners: Sequence[Callable[[str], Any]]) -> Callable[[str], Any]:
    @contextmanager
    def script(name: str) -> Iterator[None]:
        with ExitStack() as stack:
            for listener in listeners:
                stack.enter_context(listener(name))
            yield

    return script
