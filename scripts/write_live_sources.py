"""Write the table of connectors in docs/live-sources.md from the contracts.

`--check` writes nothing and ends with 1 where the page is out of date.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.contracts.addresses import Address
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract

PAGE = PROJECT_DIR / "docs" / "live-sources.md"
BEGIN = "<!-- written by scripts/write_live_sources.py -->\n"
END = "<!-- end of what is written -->\n"
HEADER = (
    "| source | cadence | addresses | hosts | requests a day | a day with news | needs | "
    "earlier days | terms |\n|---|---|---:|---|---:|---:|---|---|---|\n"
)


def count_requests(address: Address) -> int:
    """Return how many requests one address makes on a day without news: itself and its index."""
    return 2 if address.looked_up is not None else 1


def list_needs(contract: Contract) -> list[str]:
    """Return the variables of the environment without which some address is not asked."""
    keys = {key for address in contract.addresses for key in address.list_keys()}
    if any(address.needs_contact for address in contract.addresses):
        keys.add("COMPUTE_BALANCE_CONTACT")
    return sorted(keys)


def write_table(contracts: list[Contract]) -> str:
    """Return the table, one row per connector that has addresses, and a row of totals."""
    lines, requests, news = [], 0, 0
    for contract in (c for c in contracts if c.addresses):
        addresses = contract.addresses
        hosts = sorted({str(urlsplit(a.url).hostname) for a in addresses})
        terms = sorted({p.redistribution for p in contract.publishers})
        asked = sum(count_requests(address) for address in addresses)
        cost = sum(address.day_bytes or 0 for address in addresses)
        requests, news = requests + asked, news + cost
        every = max((address.every_days or 1 for address in addresses), default=1)
        cells = (
            f"`{contract.source_id}`",
            contract.cadence,
            str(len(addresses)),
            ", ".join(hosts),
            f"{asked}" + (f" (every {every} days in part)" if every > 1 else ""),
            _write_cost(addresses, cost),
            ", ".join(f"`{name}`" for name in list_needs(contract)) or "nothing",
            "yes" if any(address.past for address in addresses) else "no",
            ", ".join(terms),
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    total = f"| all | | | | {requests} | {news / 1e6:.0f} MB | | | |\n"
    return HEADER + "".join(lines) + total


def _write_cost(addresses: list[Address], cost: int) -> str:
    if all(address.day_bytes is None for address in addresses):
        return "not known"
    return f"{cost / 1e6:.1f} MB" if cost >= 100_000 else f"{cost / 1e3:.0f} kB"


def write_page(text: str, table: str) -> str:
    """Return the page with the table between its marks."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main(only_check: bool, page: Path = PAGE) -> int:
    """Write the page, or tell whether it is out of date."""
    text = page.read_text(encoding="utf-8")
    found = write_page(text, write_table(load_contracts(Settings().sources_dir)))
    if only_check:
        print("up to date" if found == text else f"out of date: {page.name}")
        return int(found != text)
    page.write_text(found, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
