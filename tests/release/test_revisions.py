"""The page on revisions, over builds of a small project as of several days."""

from datetime import date

from pipelines.pages.page import Table
from pipelines.pages.revisions import list_builds, make_revisions_page
from tests.small_project.builder import SmallProject

EARLIER = date(2024, 2, 15)


def test_page_counts_what_became_known_between_two_builds(small_project: SmallProject) -> None:
    small_project.run()
    small_project.run(as_of=EARLIER)
    builds = list_builds(small_project.settings)
    assert builds[0].manifest.as_of == EARLIER
    page = make_revisions_page(small_project.settings)
    tables = [block for block in page.blocks if isinstance(block, Table)]
    (changes,) = [table for table in tables if table.columns[1] == "newly known"]
    newly_known = {row[0]: int(row[1]) for row in changes.rows}
    counts = [build.manifest.rows["fct_chip_price"] for build in builds]
    assert counts[0] < counts[1]
    assert newly_known["`fct_chip_price`"] == counts[1] - counts[0]
