"""The site in a real browser, on a desktop and on a phone, in both languages.

`make test-browser` runs this on the pages of the current release; `make test` does without it. It
needs Debian's packages chromium and fonts-noto-cjk.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.base.settings import Settings

SITE = Settings().warehouse_dir / "docs"
SCREENS = {"desktop": (1400, 900), "phone": (390, 844)}
MAX_BYTES = 3_000_000
# axe-core takes minutes for a table of thousands of rows; smaller pages of the kind stand for it
MAX_AXE_BYTES = 250_000
# a page has one markup for both screens, and the trees share their templates: axe-core, which takes
# most of the time, sees each page once in each language and once on each screen
AXE_VIEWS = {("desktop", ""), ("phone", "zh/")}
# rules of the standard and of good practice
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def list_kinds() -> list[str]:
    """Return every page that answers a question, and of each folder some of the other pages.

    Pages of one folder have one layout: the index, the largest and the smallest stand for them.
    """
    pages = [
        path.relative_to(SITE).with_suffix("")
        for path in sorted(SITE.rglob("*.html"))
        if path.relative_to(SITE).parts[0] != "zh"
    ]
    chosen = {p for p in pages if len(p.parts) == 1 or p.name == "index"}
    # of an answer for other quarters one is enough
    chosen |= {p for p in pages if p.parts[0] == "answers" and "-" not in p.name}
    for folder in {page.parent for page in pages if len(page.parts) > 1}:
        members = [page for page in pages if page.parent == folder and page not in chosen]
        by_size = sorted(members, key=lambda page: (SITE / f"{page}.html").stat().st_size)
        chosen |= set(by_size[:1] + by_size[-1:])
    return sorted(PurePosixPath(page).as_posix() for page in chosen)


@dataclass
class Visit:
    """An open page with what the browser said about it."""

    page: Page
    screen: str
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "no chromium; install Debian's packages chromium and fonts-noto-cjk"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=sorted(SCREENS))
def visit(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visit]:
    width, height = SCREENS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    opened = Visit(context.new_page(), request.param)
    opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.page.on(
        "console", lambda m: opened.faults.append(m.text) if m.type in ("error", "warning") else 0
    )
    opened.page.on("requestfailed", lambda asked: opened.faults.append(f"no {asked.url}"))
    opened.page.on("request", lambda asked: opened.asked.append(asked.url))
    yield opened
    context.close()


def open_page(visit: Visit, path: str) -> None:
    """Open a page of the site as a file."""
    visit.page.goto((SITE / f"{path}.html").as_uri())


def list_places() -> list[str]:
    """Return the chosen pages of both trees."""
    return [f"{tree}{page}" for page in list_kinds() for tree in ("", "zh/")]


def test_there_are_pages_of_many_kinds() -> None:
    assert len(list_kinds()) > 20
    assert {"index", "answers/balance", "quality/index", "dictionary/index"} <= set(list_kinds())


@pytest.mark.parametrize("path", list_places())
def test_a_page_opens_alone_fits_the_screen_and_can_be_read_by_all(visit: Visit, path: str) -> None:
    open_page(visit, path)
    page = visit.page
    assert visit.faults == []
    assert [url for url in visit.asked if not url.startswith(("file:", "data:"))] == []
    assert (SITE / f"{path}.html").stat().st_size < MAX_BYTES
    tag = "zh-Hans" if path.startswith("zh/") else "en"
    assert page.locator("html").get_attribute("lang") == tag
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    tree = "zh/" if path.startswith("zh/") else ""
    if (visit.screen, tree) not in AXE_VIEWS or (
        SITE / f"{path}.html"
    ).stat().st_size > MAX_AXE_BYTES:
        return
    found = Axe().run(page, options=AXE).response["violations"]
    told = [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]
    assert told == []


@pytest.mark.parametrize("tree", ["", "zh/"])
def test_the_first_screen_of_an_answer_shows_its_figure(visit: Visit, tree: str) -> None:
    height = visit.page.viewport_size["height"] if visit.page.viewport_size else 0
    late = {}
    for page in [p for p in list_kinds() if p.startswith("answers/")]:
        open_page(visit, f"{tree}{page}")
        shown = visit.page.locator("figure svg:visible").first.bounding_box()
        assert shown, page
        # a hundred pixels of the drawing are enough to see what it is
        if shown["y"] + 100 > height:
            late[page] = shown["y"]
    assert late == {}


def test_the_keyboard_reaches_content_menu_and_language(visit: Visit) -> None:
    open_page(visit, "index")
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".menu nav a").first.is_visible()
    # the open menu stays on the screen, too
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".switch a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh/index.html")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


@pytest.mark.parametrize(
    ("tree", "words", "first"),
    [
        ("", "h800 sxm", "NVIDIA H800 SXM5 80GB"),
        # the name of the other language finds, too
        ("", "马来西亚", "Malaysia"),
        ("zh/", "人工智能扩散", "人工智能扩散框架"),
    ],
)
def test_the_search_finds_from_a_file(visit: Visit, tree: str, words: str, first: str) -> None:
    open_page(visit, f"{tree}chips/index")
    page = visit.page
    page.locator(".search input").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    found = page.locator("#found a").first
    assert found.inner_text() == first
    found.click()
    assert page.locator("h1").inner_text() == first
    assert visit.faults == []


def test_the_search_says_when_nothing_is_found(visit: Visit) -> None:
    open_page(visit, "search")
    visit.page.locator("#question").fill("xqzj")
    assert visit.page.locator("#found li").count() == 0
    assert visit.page.locator("#count").inner_text() == "Nothing found. Try one word less."
