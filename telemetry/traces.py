"""Spans of OpenTelemetry: one for each call, within it one for each script in the store.

A caller's own trace is continued from its ``traceparent``. Where spans go is said by OpenTelemetry's own variables,
``OTEL_EXPORTER_OTLP_ENDPOINT`` and the others. A script that several calls share is told of in the trace of the one
that began it.

References
----------
https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from telemetry.calls import ObservedCall, request_id_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

VARIABLE = "FAIRLEAD_TRACES"


class CannotTrace(Exception):
    """The packages that it takes are not installed."""


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Read the setting.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    choice = environ.get(VARIABLE, "") or "off"
    if choice not in ("off", "otlp"):
        raise ValueError(f"{VARIABLE} is {choice!r}; allowed are off, otlp")
    return choice == "otlp"


class Traces:
    """An observer that makes spans.

    Parameters
    ----------
    exporter
        Where they go; None: to an OTLP endpoint.

    Raises
    ------
    CannotTrace
        If OpenTelemetry is not installed.
    """

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        try:
            from opentelemetry import context, propagate, trace
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise CannotTrace(f"{VARIABLE} is set, but {error.name} is missing: install fairlead[otel]") from error
        self._provider = TracerProvider(resource=Resource.create({"service.name": "fairlead"}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter or _otlp()))
        self._tracer = self._provider.get_tracer("fairlead")
        self._kinds, self._failed = trace.SpanKind, trace.Status(trace.StatusCode.ERROR)
        self._attach = context.attach
        self._current = trace.get_current_span
        self._within = functools.partial(trace.set_span_in_context)
        self._extract = propagate.extract
        self._spans: dict[int, Any] = {}

    def began(self, call: ObservedCall) -> None:
        """Open a call's span; what its task does from now on lies within it."""
        parent = call.header("traceparent")
        context = self._extract({"traceparent": parent}) if parent else None
        service, _, method = call.method.partition("/")
        facts = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}
        span = self._tracer.start_span(call.method, context, self._kinds.SERVER, facts)
        self._spans[id(call)] = span
        self._attach(self._within(span))

    def ended(self, call: ObservedCall) -> None:
        """Close a call's span."""
        span = self._spans.pop(id(call))
        span.set_attribute("rpc.grpc.status_code", call.code.value[0])
        span.set_attribute("fairlead.tenant", call.tenant)
        span.set_attribute("fairlead.request_id", request_id_of(call))
        if call.code.value[0]:
            span.set_status(self._failed)
        span.end()

    @contextmanager
    def script(self, name: str) -> Iterator[None]:
        """Open and close a script's span; what is nobody's call has no trace, e.g. a worker that looks for work."""
        if not self._current().get_span_context().is_valid:
            yield
            return
        with self._tracer.start_as_current_span(f"script {name}", kind=self._kinds.CLIENT):
            yield

    def close(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()


def _otlp() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter: SpanExporter = OTLPSpanExporter()
    return exporter
