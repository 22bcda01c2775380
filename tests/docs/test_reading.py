"""Documents, glossary, small drawings and links of the pages: what they are made from is whole."""

from datetime import UTC, date, datetime

from pipelines.base.settings import PROJECT_DIR
from pipelines.pages.changes import Comparison, make_changes_page
from pipelines.pages.documents import list_document_paths, write_document
from pipelines.pages.frame import ReleaseNote
from pipelines.pages.glossary import list_column_terms, read_glossary
from pipelines.pages.models import read_marts
from pipelines.pages.page import Document, Page, Table, Text
from pipelines.pages.search import collect_words, list_entries, read_plain
from pipelines.pages.texts import ENGLISH, Texts, read_texts
from pipelines.pages.things.drawing import NARROW, WIDE, Bar, Lane, Point, draw_lanes, draw_points
from pipelines.pages.things.names import link_document
from pipelines.release.diff import TableChange


def test_every_column_of_the_glossary_is_a_column_of_a_mart() -> None:
    columns = {f"{m.name}.{c.name}" for m in read_marts(PROJECT_DIR / "dbt") for c in m.columns}
    assert set(list_column_terms()) - columns == set()
    assert len(list_column_terms()) > 50


def test_a_term_is_told_in_both_languages_and_once() -> None:
    terms = read_glossary()
    assert len({t.term for t in terms}) == len({t.en for t in terms}) == len(terms) > 40
    assert [t.term for t in terms if not all((t.en, t.zh, t.meaning_en, t.meaning_zh))] == []


def test_a_document_keeps_no_html_of_its_own_and_follows_links_to_pages() -> None:
    text = """<!-- made by x -->
# The title

## A part, again

<b>bold</b> [other](../b.md#a-part) [code](../../README.md) [web](https://example.org/)
[bad](javascript:x)

## A part, again

| x | y |
|---|---|
| 1 | 2 |

```
a <pre> b
```
"""
    title, html = write_document(text, "how-to/a", {"how-to/a", "b"})
    assert title == "The title"
    assert "made by" not in html and "<b>" not in html and "&lt;b&gt;" in html
    assert '<a href="../b.html#a-part">other</a>' in html
    assert '<a href="https://example.org/">web</a>' in html
    assert "README" not in html and " code " in html and '<a href="javascript' not in html
    assert '<h2 id="a-part-again">' in html and '<h2 id="a-part-again-1">' in html
    assert (
        '<div class="scroll" tabindex="0" role="group" aria-label="A part, again"><table>' in html
    )
    assert '<th scope="col">x</th>' in html
    assert '<pre tabindex="0"><code>a &lt;pre&gt; b\n</code></pre>' in html


def test_every_document_of_the_project_has_a_title() -> None:
    folder = PROJECT_DIR / "docs"
    paths = list_document_paths(folder)
    assert {"method", "how-to/add-a-check", "notes/chips"} <= set(paths)
    texts = read_texts()
    told = [path for path in paths if not path.startswith("notes/")]
    assert [path for path in told if f"document.{path}" not in texts] == []
    for path in paths:
        title, html = write_document((folder / f"{path}.md").read_text("utf-8"), path, set(paths))
        assert title and "<p>" in html, path


def test_a_document_is_found_by_section() -> None:
    _, html = write_document("# T\n\nfirst\n\n## Second\n\nwords & more\n", "t", {"t"})
    page = Page("documents/t", "T", [Document(html)])
    entries = list_entries(page, Texts(ENGLISH))
    assert [entry[:3] for entry in entries] == [
        ["T", "documents/t.html", "Method"],
        ["T: Second", "documents/t.html#second", "Method"],
    ]
    assert entries[1][4] == "words & more"


def test_words_are_kept_once_and_without_marks() -> None:
    assert read_plain("see [the page](a.html) and `code`") == "see the page and code"
    assert collect_words(["a b a", "b c"]) == "a b c"


def test_only_addresses_of_the_web_are_linked() -> None:
    assert link_document("https://www.a.org/x_(1)") == "[a.org](https://www.a.org/x_%281%29)"
    assert link_document("http://a.org/", "Name [1]") == "[Name 1](http://a.org/)"
    for refused in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//a.org/x"):
        assert link_document(refused) == refused
    assert link_document(None, "none") == "none"


def test_bars_stand_where_their_days_are_and_hold_their_words() -> None:
    bars = (
        Bar(date(2020, 1, 1), date(2021, 1, 1), "free", "not_controlled"),
        Bar(date(2021, 1, 1), date(2022, 1, 1), "a < b", "licence_presumption_of_denial"),
    )
    drawn = draw_lanes([Lane("China", bars)], date(2020, 1, 1), date(2022, 1, 1), WIDE)
    # half of 704 pixels between 250 and 954, by the leap year 366 of 731 days
    assert '<rect x="250.0" y="22" width="352.5"' in drawn
    assert '<rect x="602.5" y="22" width="351.5"' in drawn
    assert ">free</text>" in drawn and ">a &lt; b</text>" in drawn
    # a word that has no room is left out, the bar is not
    short = draw_lanes([Lane("China", bars)], date(2020, 1, 1), date(2090, 1, 1), NARROW)
    assert short.count("<rect") == 2 and "free" not in short


def test_what_is_projected_is_drawn_in_dashes_from_the_last_known_point() -> None:
    points = [
        Point(date(2024, 1, 1), 0.0),
        Point(date(2025, 1, 1), 5.0),
        Point(date(2026, 1, 1), 10.0, is_projection=True),
    ]
    drawn = draw_points(points, WIDE, lambda value: f"{value:g}", is_step=True)
    solid, dashed = [part for part in drawn.split("<path") if 'stroke-width="2.2"' in part]
    assert "dasharray" in dashed and "dasharray" not in solid
    # the greatest value is the top of the axis, 12 pixels below the edge
    assert "V12.0" in dashed and ">10</text>" in drawn


def test_changes_name_new_tables_and_cut_long_lists() -> None:
    columns = ", ".join(f"c{i} (1)" for i in range(12))
    changes = [
        TableChange("fct_a", 5, 7, 2, 0, 1, columns),
        TableChange("fct_new", None, 3, 3, 0, 0, "whole table"),
        TableChange("fct_old", 4, None, 0, 4, 0, "whole table"),
    ]
    found = Comparison("r1", date(2026, 1, 1), changes, ["fct_view"])
    day = datetime(2026, 1, 2, tzinfo=UTC)
    release = ReleaseNote("r2", date(2026, 1, 2), day, "0123", "2.0.0")
    page = make_changes_page(Texts(ENGLISH), release, found, {"documents/data-changelog"})
    first = page.blocks[0]
    assert isinstance(first, Text)
    assert "5 rows came, 1 changed and 4 went" in first.text
    (table,) = [block for block in page.blocks if isinstance(block, Table)]
    assert table.rows[0][-1].endswith("c7 (1) and 4 more")
    assert [row[-1] for row in table.rows[1:]] == ["new table", "table is gone"]
    assert table.rows[2][0] == "fct_old"
