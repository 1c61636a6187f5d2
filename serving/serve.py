"""``fairlead serve``: the service itself, in the foreground.

Exit codes: 0 asked to stop; 1 a setting is wrong, the address cannot be had or the store does not answer.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from failures import Failure
from router.adapters.durable_rules.selection import EngineUnavailable
from serving.errors import CannotListen
from serving.lifecycle import run, run_several
from serving.settings import Place, Settings
from serving.supervisor import CannotShare, ServerFailed
from store.clock import ClockMismatch, simulate
from store.durability import NotDurable
from store.embedded.server import EmbeddedServerError
from telemetry import logs
from telemetry.metrics_address import CannotServeMetrics
from telemetry.traces import CannotTrace

_ENVIRONMENT = """\
\b
Environment:
  FAIRLEAD_REDIS_URL      redis://, rediss:// (TLS), unix://, redis+sentinel:// or redis+cluster:// URL,
                          password included; absent: a private Valkey
  FAIRLEAD_DURABILITY     always (default), everysec, memory or, with a Redis of your own, replicas:N:
                          what an acknowledged change survives
  FAIRLEAD_RULE_ENGINE    auto (default), durable or index
  FAIRLEAD_REQUEST_TTL_S  how long a request_id is remembered, in seconds (default 86400)
  FAIRLEAD_WORKERS        loops in this process that route what is submitted (default 2; 0: see `fairlead work`)
  FAIRLEAD_LEASE_S        after how many seconds others get what a lost worker had (default 15)
  FAIRLEAD_QUEUE_LIMIT    how many submissions a tenant's queue holds, dead letters included (default 2000000)
  FAIRLEAD_MODELS         registry of models, a folder or an fsspec URL (default: models in the data folder)
  FAIRLEAD_MODEL          the model whose champion scores customers (default churn)
  FAIRLEAD_HEALTH_PROFILES  file of health profiles; absent: risk only
  FAIRLEAD_TRAINING_DATA  folder that TrainModel may read from; absent: it is refused
  FAIRLEAD_RESCORING_DATA, …_RESCORING_OUT  folders that RescoreCustomers reads from and writes to
  FAIRLEAD_OPERATION_WORKERS  trainings, and rescorings, at a time in this process (default 1)
  FAIRLEAD_HTTP           host:port where HTTP is served too: REST, Connect, gRPC-Web (extra web); absent: none
  FAIRLEAD_HTTP_ORIGINS   whose pages may call there, e.g. https://crm.acme.example; absent: no others' pages
  FAIRLEAD_TRUSTED_PROXIES  networks of proxies that are believed how a request came to them; absent: none
  FAIRLEAD_MAX_CALLS      calls under way at a time; more are turned away (default 512)
  FAIRLEAD_OVERDUE_S      the monitor alarms when a submission waits so long for a worker (default 30)
  FAIRLEAD_TIMERS_LATE_S  the monitor alarms when a timer has not fired so long after it was due (default 60)
  FAIRLEAD_SECRETS_KEY_FILE  keys that addresses and secrets of deliveries are kept with; absent: there are none
  FAIRLEAD_WEBHOOK_NETWORKS  networks that may be told beside public addresses, e.g. 10.2.0.0/16, by http too
  FAIRLEAD_SMTP_URL       mail server of channels of mail: smtp://user@host:587 (STARTTLS), smtps://user@host (TLS) or
                          smtp+insecure://host:25; absent: no mail is sent
  FAIRLEAD_SMTP_PASSWORD_FILE, FAIRLEAD_SMTP_FROM  file with that user's password; whom mails are from
  FAIRLEAD_DELIVERY_FIRST_RETRY_S  how long a delivery waits behind its first failure, in seconds (default 5)
  FAIRLEAD_DELIVERIES_LATE_S  the monitor alarms when something is not told outside so long after it happened
                          (default 3600)
  FAIRLEAD_LOG            text (default) or json
  FAIRLEAD_METRICS        port, or host:port, that Prometheus may ask; absent: none
  FAIRLEAD_TRACES         otlp: send spans where OTEL_EXPORTER_OTLP_ENDPOINT says; absent: none

\b
Authentication and authorization (needed to listen off this machine; see docs/security.md):
  FAIRLEAD_TLS_CERT, FAIRLEAD_TLS_KEY      certificate and key, PEM files: calls are encrypted
  FAIRLEAD_TLS_CLIENT_CA                   who may sign clients' certificates, a PEM file: mutual TLS
  FAIRLEAD_PRINCIPALS                      who holds which certificate, a YAML file
  FAIRLEAD_JWKS                            keys of tokens, a file or https:// address
  FAIRLEAD_TOKEN_ISSUER, …_TOKEN_AUDIENCE  what tokens must say
  FAIRLEAD_PRINCIPAL_CALLS_PER_S           calls a second of each caller (default 0: no limit)
  FAIRLEAD_TENANT_CALLS_PER_S              calls a second about each tenant (default 0: no limit)
  FAIRLEAD_PERSONAL_FIELDS                 names of fields that only roles who need them see, and that
                                           can be erased; external_id may be one
  FAIRLEAD_INSECURE                        no-tls, no-auth: listen off this machine without; open-store,
                                           open-metrics: a store or figures off this machine without TLS
"""


@click.command(epilog=_ENVIRONMENT)
@click.option(
    "--listen", default="127.0.0.1:50051", show_default=True, metavar="HOST:PORT", help="Port 0: any free one."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("fairlead-data"),
    show_default=True,
    help="Folder of the private server.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), help="Serve in so many processes on the port; one that dies is replaced."
)
@click.option("--share-port", is_flag=True, help="Share the port with others that are started like this.")
@click.option(
    "--simulated-clock",
    is_flag=True,
    help="Let the private store's time be moved: see `fairlead clock`. For trying out; the folder keeps it for good.",
)
@click.option("--supervised", is_flag=True, hidden=True)
@click.option("--private-store", default="", hidden=True)
def serve(listen: str, data: Path, processes: int | None, simulated_clock: bool, **place: Any) -> None:
    """Serve in the foreground; end with SIGTERM or Ctrl-C."""
    if simulated_clock:
        simulate()
    try:
        settings = Settings.read(os.environ, listen=listen, data=data, place=Place(**place))
        logs.start(settings.telemetry.log)
        if processes:
            run_several(settings, processes)
        else:
            run(settings)
    except (
        ValueError, EmbeddedServerError, NotDurable, Failure, CannotListen,
        CannotServeMetrics, CannotTrace, CannotShare, ServerFailed,
        EngineUnavailable, ClockMismatch,
    ) as error:  # fmt: skip
        raise click.ClickException(str(error)) from error
