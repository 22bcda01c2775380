"""All pages for things, in one language."""

from __future__ import annotations

from pipelines.pages.page import Page
from pipelines.pages.reader import Reader
from pipelines.pages.texts import Texts
from pipelines.pages.things.chips import make_chip_pages
from pipelines.pages.things.countries import make_country_pages
from pipelines.pages.things.names import Names
from pipelines.pages.things.owners import make_owner_pages
from pipelines.pages.things.rules import make_rule_pages
from pipelines.pages.things.sites import make_site_pages


def make_thing_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the pages of all chips, countries, rules, sites and owners that a release knows."""
    names = Names(reader, texts)
    return [
        *make_chip_pages(names),
        *make_country_pages(names),
        *make_rule_pages(names),
        *make_site_pages(names),
        *make_owner_pages(names),
    ]
