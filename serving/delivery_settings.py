"""What an operator can choose of deliveries: read from the environment, refused by name where it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.backoff import FIRST_WAIT_S
from notifications.errors import KEY_FILE
from notifications.messages.mail_server import MailServer
from notifications.outbound.addresses import NETWORKS, Network, networks_from
from notifications.secrets import SecretBox
from router.adapters.queue import whole

LATE_S = 3600
"""What was not told so long after it happened is worth an alarm: a receiver that is only being restarted is not."""


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What an operator can choose of deliveries.

    Parameters
    ----------
    secrets
        What encrypts addresses and secrets.
    networks
        What may be sent to beside public addresses.
    first_retry_s
        How long the first failure waits, in seconds; each further one twice as long, up to a day.
    late_s
        From how many seconds after something happened it is late that it was not told.
    mail
        Where mail is handed in; None: nowhere.
    """

    secrets: SecretBox = field(default_factory=SecretBox, repr=False)
    networks: tuple[Network, ...] = ()
    first_retry_s: float = FIRST_WAIT_S
    late_s: int = LATE_S
    mail: MailServer | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> DeliverySettings:
        """Read the environment, and the file of keys.

        Raises
        ------
        ValueError
            Naming the variable, and what is allowed; with nothing of what is in the file.
        """
        first_retry_s = whole(environ, "FAIRLEAD_DELIVERY_FIRST_RETRY_S", FIRST_WAIT_S, 1, 86_400)
        late_s = whole(environ, "FAIRLEAD_DELIVERIES_LATE_S", LATE_S, 60, 604_800)
        box, networks = SecretBox.read(environ.get(KEY_FILE, "")), networks_from(environ.get(NETWORKS, ""))
        return cls(box, networks, first_retry_s, late_s, MailServer.read(environ))


NO_DELIVERIES = DeliverySettings()
