"""What forces a rebuild: a change that figures may depend on, and no comment, page or command."""

import shutil
from pathlib import Path

import pytest

from pipelines.base.code import read_meaning
from pipelines.base.settings import Settings
from pipelines.run.code_version import PACKAGE_DIR, compute_code_version
from tests.small_project.builder import SmallProject

IGNORED = shutil.ignore_patterns("__pycache__", "sources")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give a copy of the package, to be changed freely."""
    return Path(shutil.copytree(PACKAGE_DIR, tmp_path / "pipelines", ignore=IGNORED))


def edit(path: Path, old: str, new: str) -> None:
    """Replace text that must stand in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("pages/frame.py", "\n\n\n", "\n\n\nNOTHING = 0\n\n\n"),
        ("cli/status.py", "nothing is published yet", "nothing yet"),
        ("answers/chip.py", "\n\n\n", "\n\n\nNOTHING = 0\n\n\n"),
        ("assets/graph.py", "\n\n\n", "\n\n\nNOTHING = 0\n\n\n"),
        ("definitions.py", "\n\n\n", "\n\n\nNOTHING = 0\n\n\n"),
        # comments and docstrings of what does count
        ("ingest/cells.py", "\n\n\n", "\n\n\n# a remark\n"),
        ("quality/audit.py", '"""', '"""In other words: '),
        ("release/content.py", "    digest = ", "    digest  =  "),
    ],
)
def test_what_changes_no_figure_is_the_same_code(
    small_project: SmallProject, package: Path, module: str, old: str, new: str
) -> None:
    before = compute_code_version(small_project.settings, package)
    edit(package / module, old, new)
    assert compute_code_version(small_project.settings, package) == before


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("ingest/cells.py", "\n\n\n", "\n\n\nNOTHING = 0\n\n\n"),
        ("quality/policy_watch.py", "coalesce(review, 'to_be_coded')", "review"),
        ("release/content.py", "md5(concat(", "sha256(concat("),
        ("base/settings.py", "20231219", "20231220"),
    ],
)
def test_changed_code_behind_figures_is_other_code(
    small_project: SmallProject, package: Path, module: str, old: str, new: str
) -> None:
    before = compute_code_version(small_project.settings, package)
    edit(package / module, old, new)
    assert compute_code_version(small_project.settings, package) != before


def test_every_room_counts_or_is_named(package: Path) -> None:
    """A new module changes the version, wherever it stands but in the rooms that only show."""
    settings = Settings()
    counted = set()
    for room in sorted(path for path in package.iterdir() if path.is_dir()):
        before = compute_code_version(settings, package)
        (room / "another.py").write_text("x = 1\n", encoding="utf-8")
        if compute_code_version(settings, package) != before:
            counted.add(room.name)
    assert counted == {
        "base", "contracts", "archive", "ingest", "build", "quality", "release", "run",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select a, b from t", "-- what it is\nselect a,  b\n  /* both */ from t -- all\n"),
        ("select {{ x }} from t", "{# why #} select {{ x }}\nfrom t"),
        ("select 'a' from t", "select 'a' -- it's one letter\nfrom t"),
    ],
)
def test_sql_that_differs_in_comments_and_blanks_means_the_same(
    tmp_path: Path, one: str, other: str
) -> None:
    assert read_sql(tmp_path, one) == read_sql(tmp_path, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select a from t", "select b from t"),
        ("select 'a  b'", "select 'a b'"),
        ("select 'a' -- b", "select 'a -- b'"),
        ('select "a  b"', 'select "a b"'),
        ("select '--', a", "select '--'"),
        ("select 1", "select 1 -- depends_on: {{ ref('t') }}"),
        ("select ab", "select a b"),
        ("select '{#' as a, '#}'", "select ''"),
    ],
)
def test_sql_that_does_something_else_means_something_else(
    tmp_path: Path, one: str, other: str
) -> None:
    assert read_sql(tmp_path, one) != read_sql(tmp_path, other)


def read_sql(folder: Path, text: str) -> bytes:
    """Return the meaning of a text as a model."""
    path = folder / "model.sql"
    path.write_text(text, encoding="utf-8")
    return read_meaning(path)


def test_a_comment_in_a_model_builds_nothing_and_a_change_does(published: SmallProject) -> None:
    model = published.settings.dbt_dir / "models" / "marts" / "prices" / "fct_chip_price.sql"
    text = model.read_text(encoding="utf-8")
    model.write_text(f"-- the prices of chips\n{text}", encoding="utf-8")
    assert published.run().status == "unchanged"
    model.write_text(f"{text}\nlimit 6", encoding="utf-8")
    outcome = published.run()
    assert outcome.status == "published"
    assert outcome.manifest.rows["fct_chip_price"] == 6
