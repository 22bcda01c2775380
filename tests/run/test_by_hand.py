"""dbt by hand: a changed model is seen within seconds, and what is published stays as it is."""

import os
import subprocess

import pytest

from pipelines.answers.ask import ask
from pipelines.base.errors import BuildFailed
from pipelines.base.settings import Settings
from pipelines.build.by_hand import copy_build, get_copy_path
from pipelines.build.models import get_dbt_environment, get_dbt_executable
from tests.small_project.builder import SmallProject

COUNT = "select count(*) as n from fct_chip_price"


def test_a_changed_model_is_seen_in_the_copy_alone(published: SmallProject) -> None:
    model = published.settings.dbt_dir / "models" / "marts" / "prices" / "fct_chip_price.sql"
    model.write_text(model.read_text(encoding="utf-8") + "\nlimit 2", encoding="utf-8")
    done = published.command("dbt", "run", "--select", "int_prices__chip_quarters+")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 OK" in done.stdout
    assert published.command("ask", COUNT, "--copy", "--csv").stdout == "n\n2\n"
    assert ask(published.settings.current_path, COUNT).rows == [(7,)]
    # steps on the way, and the views on raw files, can be asked there as well
    for relation, rows in (("intermediate.int_prices__chip_quarters", 7), ("raw.chips__chips", 3)):
        count = f"select count(*) from {relation}"
        answer = ask(get_copy_path(published.settings), count, may_read_files=True)
        assert answer.rows == [(rows,)]


def test_dbt_in_its_own_folder_finds_the_copy_and_obeys_the_threads(
    published: SmallProject,
) -> None:
    copy_build(published.settings)
    plain = {n: v for n, v in os.environ.items() if not n.startswith(("COMPUTE_BALANCE_", "DBT_"))}
    query = (
        "select current_setting('threads') as engine_threads, count(*) as chips "
        "from {{ ref('dim_chip') }}"
    )
    shown = subprocess.run(
        [str(get_dbt_executable()), "show", "--quiet", "--output", "json", "--inline", query],
        cwd=published.settings.dbt_dir,
        env=plain | {"COMPUTE_BALANCE_THREADS": "3"},
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert '"engine_threads": 3' in shown.stdout
    assert '"chips": 3' in shown.stdout


def test_threads_of_the_settings_reach_dbt() -> None:
    settings = Settings(threads=5)
    assert get_dbt_environment(settings)["COMPUTE_BALANCE_THREADS"] == "5"


def test_dbt_s_exit_code_is_the_command_s(published: SmallProject) -> None:
    done = published.command("dbt", "no-such-command")
    assert done.returncode == 2
    assert "No such command 'no-such-command'" in done.stdout + done.stderr


def test_the_copy_lasts_until_there_is_another_build(published: SmallProject) -> None:
    settings = published.settings
    assert copy_build(settings)
    assert not copy_build(settings)
    assert copy_build(settings, is_fresh=True)
    published.change_quote("q05", usd_per_hour_p50="2.50")
    published.run()
    assert copy_build(settings)
    rows = "select usd_per_hour_p50 from marts.fct_chip_price where usd_per_hour_p50 = 2.5"
    assert published.query(rows, get_copy_path(settings)) == [(2.5,)]


def test_without_a_build_there_is_nothing_to_copy(small_project: SmallProject) -> None:
    with pytest.raises(BuildFailed, match="there is no build yet; run: make warehouse"):
        copy_build(small_project.settings)
