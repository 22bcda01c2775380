"""Whether the hosts of the sources can be reached; asked only when somebody wants to know."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from pipelines.contracts.model import Contract

WAIT_S = 5.0
PORTS = {"http": 80, "https": 443}


def find_unreachable(contracts: list[Contract]) -> dict[str, str]:
    """Return the hosts that take no connection, with what the system says; each is asked once."""
    hosts = {
        (split.hostname or "", split.port or PORTS[split.scheme])
        for contract in contracts
        for address in contract.addresses
        for split in [urlsplit(address.url)]
    }
    found = {}
    for host, port in sorted(hosts):
        try:
            socket.create_connection((host, port), timeout=WAIT_S).close()
        except OSError as error:
            found[f"{host}:{port}"] = str(error)
    return found
