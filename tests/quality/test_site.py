"""The pages about a release: one index, every page reachable from it, what did not pass on top."""

import re
from pathlib import Path

import pytest

from pipelines.base.errors import ReleaseError
from pipelines.pages.site import write_site
from tests.small_project.builder import SmallProject


def test_every_page_is_reachable_from_the_index(published: SmallProject) -> None:
    index, count = write_site(published.settings)
    seen: set[Path] = set()
    waiting = [index]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for target in re.findall(r'href="([^"]+\.html)"', page.read_text(encoding="utf-8")):
            if "://" not in target:
                waiting.append((page.parent / target).resolve())
    written = {path.resolve() for path in index.parent.rglob("*.html")}
    assert {path.resolve() for path in seen} == written
    assert len(written) == count


def test_checks_stand_with_what_they_demand(published: SmallProject) -> None:
    index, _ = write_site(published.settings)
    page = (index.parent / "quality" / "expectation.html").read_text(encoding="utf-8")
    assert "rent_is_plausible" in page
    assert "a chip costs between one cent and fifty dollars an hour" in page
    assert 'class="passed"' in page


def test_pages_of_an_earlier_release_go(published: SmallProject) -> None:
    index, _ = write_site(published.settings)
    leftover = index.parent / "dictionary" / "fct_gone.html"
    leftover.write_text("old", encoding="utf-8")
    write_site(published.settings)
    assert not leftover.exists()


def test_nothing_published_says_what_to_do(small_project: SmallProject) -> None:
    with pytest.raises(ReleaseError, match="make warehouse"):
        write_site(small_project.settings)


def test_docs_command_tells_where_the_index_is(published: SmallProject) -> None:
    done = published.command("docs")
    assert done.returncode == 0, done.stderr
    assert str(published.settings.warehouse_dir / "docs" / "index.html") in done.stdout
