"""How things are called in a language, and links to their pages and to documents."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.pages.reader import Reader
from pipelines.pages.texts import Texts

TITLES = Path(__file__).parent / "policy_titles.csv"
CHIPS = """
    select c.chip_id, c.chip_name, c.is_composite, coalesce(o.organisation_name, c.vendor) as vendor
    from marts.dim_chip as c
    left join marts.dim_organisation as o on o.organisation_id = c.vendor
    order by c.chip_id
"""
COUNTRIES = """
    select country_code, country_name, country_name_zh from marts.dim_country order by country_code
"""
POLICIES = "select policy_id, title from marts.dim_policy order by policy_id"
# countries that readers know of come first where not all are named
KNOWN = """
    select country_code, count(*) as organisations
    from marts.dim_organisation
    where country_code is not null
    group by country_code
    order by country_code
"""
SITES = """
    select site_id, max_by(site_name, on_date) as site_name
    from marts.fct_datacenter_site
    group by site_id
    order by site_id
"""
# an owner without an organisation is known by the word of the source
OWNERS = """
    with owners as (
        select owner, owner_organisation_id from marts.fct_chip_shipments
        union
        select owner, owner_organisation_id from marts.fct_datacenter_site
    )
    select
        coalesce(w.owner_organisation_id, lower(replace(w.owner, ' ', '-'))) as owner_id,
        min(w.owner) as owner,
        min(o.organisation_name) as organisation_name,
        min(o.organisation_name_zh) as organisation_name_zh,
        min(o.kind) as kind,
        min(o.country_code) as country_code,
        min(o.parent_organisation_id) as parent_organisation_id
    from owners as w
    left join marts.dim_organisation as o on o.organisation_id = w.owner_organisation_id
    group by owner_id
    order by owner_id
"""


@cache
def read_policy_titles() -> dict[str, str]:
    """Return the Chinese title of each rule by its id."""
    with TITLES.open(encoding="utf-8", newline="") as file:
        return {row["policy_id"]: row["title_zh"] for row in csv.DictReader(file)}


def link_document(url: str | None, label: str = "") -> str:
    """Return a link to a document of the web; what is no address of the web stays text.

    Args:
        url: where the document stands; only http and https are linked.
        label: what is shown, by default the host of the address.
    """
    parts = urlsplit(url or "")
    if not url or parts.scheme not in ("http", "https") or not parts.hostname:
        return label or (url or "")
    safe = url.strip().replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    shown = (label or parts.hostname.removeprefix("www.")).replace("]", "").replace("[", "")
    return f"[{shown}]({safe})"


@dataclass(frozen=True)
class Names:
    """Names of things in the language of `texts`, as links from a page one folder deep."""

    reader: Reader
    texts: Texts

    @cached_property
    def chips(self) -> dict[str, str]:
        """Chip id -> vendor and name."""
        return {
            row["chip_id"]: row["chip_name"]
            if row["is_composite"] or row["chip_name"].lower().startswith(row["vendor"].lower())
            else f"{row['vendor']} {row['chip_name']}"
            for row in self.reader.ask(CHIPS)
        }

    @cached_property
    def vendors(self) -> dict[str, str]:
        """Chip id -> name of its maker."""
        return {row["chip_id"]: row["vendor"] for row in self.reader.ask(CHIPS)}

    @cached_property
    def countries(self) -> dict[str, str]:
        """Country code -> name."""
        return {
            row["country_code"]: self.texts.pick(row["country_name"], row["country_name_zh"])
            for row in self.reader.ask(COUNTRIES)
        }

    @cached_property
    def policies(self) -> dict[str, str]:
        """Policy id -> title."""
        chinese = read_policy_titles()
        return {
            row["policy_id"]: self.texts.word("rule", row["policy_id"])
            if self.texts.has(f"rule.{row['policy_id']}")
            else self.texts.pick(row["title"], chinese.get(row["policy_id"]))
            for row in self.reader.ask(POLICIES)
        }

    @cached_property
    def both_names(self) -> dict[str, str]:
        """Country code, policy id and owner id -> names in both languages."""
        chinese = read_policy_titles()
        ask = self.reader.ask
        return {
            **{
                row["country_code"]: self.keywords(row["country_name"], row["country_name_zh"])
                for row in ask(COUNTRIES)
            },
            **{
                row["policy_id"]: self.keywords(row["title"], chinese.get(row["policy_id"]))
                for row in ask(POLICIES)
            },
        }

    @cached_property
    def sites(self) -> dict[str, str]:
        """Site id -> name."""
        return {row["site_id"]: row["site_name"] for row in self.reader.ask(SITES)}

    @cached_property
    def owners(self) -> dict[str, str]:
        """Owner id -> name; remainders are told apart by words."""
        return {
            row["owner_id"]: self.texts.word("holder", row["owner"])
            if row["organisation_name"] is None
            else self.texts.pick(row["organisation_name"], row["organisation_name_zh"])
            for row in self.reader.ask(OWNERS)
        }

    @cached_property
    def _known(self) -> dict[str, int]:
        if not self.reader.has("dim_organisation"):
            return {}
        return {row["country_code"]: row["organisations"] for row in self.reader.ask(KNOWN)}

    def day(self, day: date | None) -> str:
        """Return a day that a cell does not break."""
        return self.texts.day(day).replace(" ", "\u00a0")

    def until(self, day: date | None) -> str:
        """Return the day on which something ended, or that it did not."""
        return self.day(day) if day else self.texts("things.still")

    def chip(self, chip_id: str | None) -> str:
        """Return a link to a chip's page."""
        return _link(self.chips, "chips", chip_id)

    def country(self, code: str | None) -> str:
        """Return a link to a country's page; groups such as all have none."""
        if code is not None and code not in self.countries:
            return self.texts.word("country_group", code)
        return _link(self.countries, "countries", code)

    def policy(self, policy_id: str | None) -> str:
        """Return a link to a rule's page."""
        return _link(self.policies, "rules", policy_id)

    def site(self, site_id: str | None) -> str:
        """Return a link to a site's page."""
        return _link(self.sites, "sites", site_id)

    def owner(self, owner_id: str | None) -> str:
        """Return a link to an owner's page."""
        return _link(self.owners, "owners", owner_id)

    def list_chips(self, ids: Iterable[str]) -> str:
        """Return links to chips, by name."""
        return self.texts("list.between").join(
            self.chip(i) for i in sorted(ids, key=lambda i: self.chips[i].lower())
        )

    def list_countries(self, codes: Iterable[str]) -> str:
        """Return links to countries, by name."""
        return self.texts("list.between").join(
            self.country(c) for c in sorted(codes, key=lambda c: self.countries.get(c, c))
        )

    def name_some_countries(self, codes: list[str], limit: int = 2) -> str:
        """Return the names of the best known countries, and how many more there are."""
        ranked = sorted(codes, key=lambda code: -self._known.get(code, 0))
        names = [self.countries.get(code, code) for code in ranked[:limit]]
        if len(codes) <= limit:
            return self.texts("list.between").join(names)
        shown = self.texts("list.between").join(names)
        return self.texts("things.and_more", names=shown, more=len(codes) - limit)

    def keywords(self, *parts: str | None) -> str:
        """Return what a page is searched by: ids and names, also those of the other language."""
        return " ".join(part for part in parts if part)

    def sources(self, source_ids: str | None) -> str:
        """Return links to the pages of sources, given as one list with commas."""
        ids = [part.strip() for part in (source_ids or "").split(",") if part.strip()]
        return ", ".join(f"[{i}](../dictionary/source-{i}.html)" for i in ids)


def _link(names: dict[str, str], folder: str, thing: str | None) -> str:
    if thing is None:
        return ""
    if thing not in names:
        return thing
    return f"[{names[thing].replace('[', '').replace(']', '')}](../{folder}/{thing}.html)"
