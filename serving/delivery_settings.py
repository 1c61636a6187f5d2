"""What an operator can choose of deliveries: read from the environment, refused by name where it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.errors import KEY_FILE
from notifications.outbound.addresses import NETWORKS, Network, networks_from
from notifications.secrets import SecretBox
from notifications.webhooks.parking import FIRST_WAIT_S
from router.adapters.queue import whole


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
    """

    secrets: SecretBox = field(default_factory=SecretBox, repr=False)
    networks: tuple[Network, ...] = ()
    first_retry_s: float = FIRST_WAIT_S

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> DeliverySettings:
        """Read the environment, and the file of keys.

        Raises
        ------
        ValueError
            Naming the variable, and what is allowed; with nothing of what is in the file.
        """
        first_retry_s = whole(environ, "FAIRLEAD_DELIVERY_FIRST_RETRY_S", FIRST_WAIT_S, 1, 86_400)
        return cls(SecretBox.read(environ.get(KEY_FILE, "")), networks_from(environ.get(NETWORKS, "")), first_retry_s)


NO_DELIVERIES = DeliverySettings()
