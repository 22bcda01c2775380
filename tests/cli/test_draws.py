"""Too few draws are refused before anything is done, with both numbers."""

import pytest

from pipelines.base.errors import DrawsError
from pipelines.base.settings import Settings
from pipelines.run.state import require_draws
from tests.cli.conftest import Command
from tests.small_project.builder import SmallProject


def is_refused(draws: int) -> bool:
    """Tell whether a number of draws is too small for this project."""
    try:
        require_draws(Settings(draws=draws))
    except DrawsError:
        return True
    return False


def test_fewer_draws_than_quantities_need_are_refused_and_no_others() -> None:
    asked = (1, 5, 60, 100, 199, 200, 201, 1000)
    assert [draws for draws in asked if is_refused(draws)] == [1, 5, 60, 100, 199]
    with pytest.raises(DrawsError, match="60 draws: found fewer than the 200"):
        require_draws(Settings(draws=60))


def test_command_says_so_and_does_nothing(call: Command, small_project: SmallProject) -> None:
    project = small_project.settings.dbt_dir / "dbt_project.yml"
    with project.open("a", encoding="utf-8") as file:
        file.write("\nvars:\n  minimum_draws: 50\n")
    shown = call(small_project, "run", "--draws", "49")
    assert shown.code == 2
    assert "DrawsError: 49 draws" in shown.errors
    assert not small_project.settings.lock_path.exists()
