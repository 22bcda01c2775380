"""A misspelt item or metric of a rule is found in its row, and not by an answer that is missing."""

import shutil
from pathlib import Path

import pytest

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.cli.source_check import check_source


@pytest.mark.parametrize(
    ("table", "found", "misspelt", "column"),
    [
        ("licence_policy", "us-2022-10-ifr,3A090,CN", "3A09O", "control_item"),
        ("named_destinations", "us-2023-10-acs-ifr,3A090.a,", "3A090,a", "control_item"),
        ("rule_parameters", ",tpp,>=,4800", "tppp", "metric"),
        ("control_item_refinements", ",3A090.note2_exclusion,", "3A090.note2", "needs_item"),
    ],
)
def test_misspelt_row_is_named(
    table: str,
    found: str,
    misspelt: str,
    column: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(PROJECT_DIR / "pipelines" / "sources", sources)
    path = sources / "export_controls" / "data" / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert found in text
    parts = found.split(",")
    place = parts.index(next(part for part in parts if misspelt[:3] in part))
    parts[place] = f'"{misspelt}"'
    path.write_text(text.replace(found, ",".join(parts), 1), encoding="utf-8")
    check_source(Settings(sources_dir=sources), "export_controls", None, 3)
    (line, *_) = [
        line for line in capsys.readouterr().out.splitlines() if misspelt in line and column in line
    ]
    assert "expected a control_item" in line or "is not one of" in line
