"""What an operator can choose of deliveries: read from the environment, refused by name where it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.errors import KEY_FILE
from notifications.outbound.addresses import NETWORKS, Network, networks_from
from notifications.secrets import SecretBox


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What an operator can choose of deliveries.

    Parameters
    ----------
    secrets
        What encrypts addresses and secrets.
    networks
        What may be sent to beside public addresses.
    """

    secrets: SecretBox = field(default_factory=SecretBox, repr=False)
    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> DeliverySettings:
        """Read the environment, and the file of keys.

        Raises
        ------
        ValueError
            Naming the variable, and what is allowed; with nothing of what is in the file.
        """
        return cls(SecretBox.read(environ.get(KEY_FILE, "")), networks_from(environ.get(NETWORKS, "")))


NO_DELIVERIES = DeliverySettings()
