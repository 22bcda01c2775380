"""The command line: what it prints, its exit codes, and messages instead of tracebacks."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pipelines.cli import cli
from tests.cli.conftest import Command
from tests.small_project.builder import SmallProject


def list_commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the words of every command, groups included."""
    found = [path]
    if isinstance(command, click.Group):
        for name, member in command.commands.items():
            found += list_commands(member, (*path, name))
    return found


@pytest.mark.parametrize("path", list_commands(cli), ids=" ".join)
def test_every_command_explains_itself(
    call: Command, published_once: SmallProject, path: tuple[str, ...]
) -> None:
    shown = call(published_once, *path, "--help")
    assert shown.code == 0
    assert re.search(r"^\s{2}\S.{20,}\.", shown.output, re.MULTILINE), "no sentence of help"


# commands that print a script, another program's output, or what people look at to write a source
PRINT_NO_JSON = {
    *(
        ("alerts", "check"),
        ("alerts", "test"),
        ("completion",),
        ("dbt",),
        ("policy", "review"),
        ("source", "check"),
        ("source", "generate"),
    ),
    *(("source", "label"), ("source", "new"), ("source", "restore"), ("source", "withdraw")),
    *(("source", "accept"), ("source", "backfill"), ("dagster",), ("prometheus",)),
    *(("release", "accept"), ("release", "keep"), ("release", "resume")),
}


def test_every_command_that_a_program_may_ask_prints_json() -> None:
    silent = set()
    for path in list_commands(cli):
        command: click.Command = cli
        for name in path:
            assert isinstance(command, click.Group)
            command = command.commands[name]
        options = {option for param in command.params for option in param.opts}
        if not isinstance(command, click.Group) and "--json" not in options:
            silent.add(path)
    assert silent == PRINT_NO_JSON


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how_to_complete(
    call: Command, published_once: SmallProject, shell: str
) -> None:
    shown = call(published_once, "completion", shell)
    assert shown.code == 0
    assert "_COMPUTE_BALANCE_COMPLETE" in shown.output


def test_commands_and_options_are_completed(
    published_once: SmallProject,
) -> None:
    environment = published_once.get_environment() | {
        "_COMPUTE_BALANCE_COMPLETE": "bash_complete",
        "COMP_WORDS": "compute-balance metr",
        "COMP_CWORD": "1",
    }
    script = Path(sys.executable).with_name("compute-balance")
    shown = subprocess.run([str(script)], env=environment, capture_output=True, text=True)
    assert shown.stdout == "plain,metric\n"


def test_module_and_script_are_one_command(published_once: SmallProject) -> None:
    finished = published_once.command("--version")
    assert finished.returncode == 0
    assert finished.stdout.startswith("compute-balance, version ")


def test_run_ends_with_what_was_published(call: Command, published: SmallProject) -> None:
    published.change_quote("q05", usd_per_hour_p50="2.50")
    finished = call(published, "run")
    assert finished.code == 0
    shown = finished.output
    ((release_id, as_of),) = published.query("select release_id, as_of::varchar from meta.release")
    assert f"database      {published.settings.current_path}" in shown
    assert f"release       {release_id}" in shown
    assert f"as of         {as_of}" in shown
    assert re.search(r"checks        \d+ passed, 0 warned, 0 failed", shown)
    assert re.search(
        r"seconds       ingest [\d.]+, register .* publish [\d.]+ \(peak \d+ MiB\)", shown
    )
    assert re.search(r"^dim_chip +3$", shown, re.MULTILINE)
    assert re.search(r"^fct_chip_price +7$", shown, re.MULTILINE)
    assert "models done in" in finished.errors


def test_run_as_json_prints_the_manifest_and_nothing_else(
    call: Command, published: SmallProject
) -> None:
    finished = call(published, "run", "--json")
    content = json.loads(finished.output)
    assert content["status"] == "unchanged"
    assert content["rows"] == {"dim_chip": 3, "fct_chip_price": 7}
    assert finished.errors == ""


def test_run_as_of_names_what_is_empty(call: Command, published: SmallProject) -> None:
    finished = call(published, "run", "--as-of", "2022-01-01")
    assert "empty         fct_chip_price: nothing was known on 2022-01-01" in finished.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--as-of", "19.12.2023"], "does not match the format '%Y-%m-%d'"),
        (["run", "--draws", "0"], "0 is not in the range x>=1"),
        (["run", "--only", "prices"], "--only says what to fetch; use it with --live"),
        (["run", "--quickly"], "No such option"),
        (["walk"], "No such command"),
        (["release", "rollback", "1999", "--yes"], "ReleaseError: release '1999': found 0"),
        (["release", "diff", "1999"], "ReleaseError: release '1999': found 0"),
        (["source", "check", "offers"], "there is no source 'offers'; known are: chips, quotes"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_input_exits_with_2_and_a_message(
    call: Command, published_once: SmallProject, arguments: list[str], message: str
) -> None:
    finished = call(published_once, *arguments)
    assert finished.code == 2
    assert message in finished.errors
    assert "Traceback" not in finished.errors


def test_day_in_the_future_is_refused(call: Command, published_once: SmallProject) -> None:
    finished = call(published_once, "run", "--as-of", "2999-01-01")
    assert finished.code == 1
    assert finished.errors.startswith("ComputeBalanceError: --as-of 2999-01-01: lies in the future")


def test_status_of_an_empty_warehouse_exits_with_3(
    call: Command, small_project: SmallProject
) -> None:
    finished = call(small_project, "status")
    assert finished.code == 3
    assert "nothing is published yet; run: make warehouse" in finished.output


def test_status_of_a_published_warehouse_exits_with_0(
    call: Command, published_once: SmallProject
) -> None:
    finished = call(published_once, "status")
    assert finished.code == 0
    ((release_id,),) = published_once.query("select release_id from meta.release")
    assert f"release   {release_id}, as of " in finished.output
    assert ": published, published" in finished.output
    assert re.search(r"^quotes +prices +fresh", finished.output, re.MULTILINE)


def test_status_as_json_can_be_read(call: Command, published_once: SmallProject) -> None:
    content = json.loads(call(published_once, "status", "--json").output)
    assert [s["source_id"] for s in content["sources"]] == ["quotes", "chips"]
    assert content["running"] is None
    assert content["failed_checks"] == []


def test_source_list_shows_terms_and_attribution(
    call: Command, published_once: SmallProject
) -> None:
    shown = call(published_once, "source", "list").output
    assert re.search(r"^quotes +prices +connector +1 +irregular +CC0$", shown, re.MULTILINE)
    assert "quotes: list price service (CC0)" in shown


def test_source_list_as_json_holds_the_publishers(
    call: Command, published_once: SmallProject
) -> None:
    content = json.loads(call(published_once, "source", "list", "--json").output)
    assert {c["source_id"]: c["publishers"][0]["redistribution"] for c in content} == {
        "chips": "allowed",
        "quotes": "allowed",
    }


def test_source_check_accepts_a_good_source(call: Command, small_project: SmallProject) -> None:
    finished = call(small_project, "source", "check", "quotes")
    assert finished.code == 0
    assert "quotes: 10 read = 10 accepted + 0 quarantined + 0 left out" in finished.output
    assert not small_project.settings.warehouse_dir.exists()  # nothing was loaded for good


def test_source_check_shows_bad_rows_and_exits_with_1(
    call: Command, small_project: SmallProject
) -> None:
    small_project.change_quote("q03", chip_id="chip-x")
    finished = call(small_project, "source", "check", "quotes")
    assert finished.code == 1
    assert re.search(r"1 +quarantined +quotes +3 +chip_id +chip-x +is an unknown", finished.output)
    assert "quotes/data/quotes.csv, table quotes; rows without the header:" in finished.output
    assert re.search(r"3 +q03 +chip_id +chip-x +is an unknown id", finished.output)


def test_source_check_shows_a_refused_document(call: Command, small_project: SmallProject) -> None:
    small_project.get_data_path().write_bytes(b"")
    finished = call(small_project, "source", "check", "quotes")
    assert finished.code == 1
    assert "REFUSED  quotes: quotes/data/quotes.csv: the document is empty" in finished.output


def test_generate_check_fails_when_files_are_out_of_date(
    call: Command, small_project: SmallProject
) -> None:
    assert call(small_project, "source", "generate").code == 0
    assert call(small_project, "source", "generate", "--check").code == 0
    small_project.replace_text(small_project.get_contract_path(), "Chip on offer", "Chip for rent")
    finished = call(small_project, "source", "generate", "--check")
    assert finished.code == 1
    assert "out of date: _prices__sources.yml, _prices__staging.yml" in finished.errors
    assert "run: compute-balance source generate" in finished.errors


def test_new_source_is_drafted_from_a_csv(call: Command, small_project: SmallProject) -> None:
    table = small_project.root / "Fab Output.csv"
    table.write_text("fab,opened_on,wafers,share\nf18,2023-05-01,1200,0.5\nf21,,800,0.25\n")
    arguments = ["source", "new", "fabs", "--csv", str(table), "--area", "shipments"]
    finished = call(small_project, *arguments)
    assert finished.code == 0
    assert "compute-balance source check fabs" in finished.output
    folder = small_project.settings.sources_dir / "fabs"
    contract = (folder / "contract.yml").read_text()
    assert "fab: {type: VARCHAR, required: true, description: DESCRIBE}" in contract
    assert "opened_on: {type: DATE, description: DESCRIBE}" in contract
    assert "wafers: {type: BIGINT, unit: DESCRIBE, required: true," in contract
    assert (folder / "data" / "fab_output.csv").read_bytes() == table.read_bytes()
    # what is left to describe is refused by name until it is described
    unfinished = call(small_project, "source", "check", "fabs")
    assert unfinished.code == 2
    assert "fabs/contract.yml: title: found 'DESCRIBE'" in unfinished.errors
    assert "fabs/contract.yml: tables.0.columns.wafers.unit: found 'DESCRIBE'" in unfinished.errors
    assert call(small_project, *arguments).code == 2  # the folder exists by now


def test_release_list_marks_the_current_one(call: Command, published: SmallProject) -> None:
    published.change_quote("q05", usd_per_hour_p50="2.50")
    published.run()
    rows = json.loads(call(published, "release", "list", "--json").output)
    assert [row["current"] for row in rows] == [True, False]
    assert call(published, "release", "rollback", "--yes").code == 0
    rows = json.loads(call(published, "release", "list", "--json").output)
    assert [row["current"] for row in rows] == [False, True]


def test_release_diff_prints_changed_marts(call: Command, published: SmallProject) -> None:
    ((first,),) = published.query("select release_id from meta.release")
    published.change_quote("q05", usd_per_hour_p50="2.50")
    published.run()
    shown = call(published, "release", "diff", first)
    assert shown.code == 0
    assert re.search(r"fct_chip_price +7 +7 +0 +0 +1 +usd_per_hour_p50 \(1\)", shown.output)
    rows = call(published, "release", "diff", first, "--table", "fct_chip_price", "--json").output
    assert [(row["before"], row["after"]) for row in json.loads(rows)] == [("2.4", "2.5")]


def test_rollback_asks_first(
    call: Command, published: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    finished = call(published, "release", "rollback")
    assert finished.code == 1
    assert "replace the current release" in finished.output + finished.errors


def test_empty_release_list_says_what_to_do(call: Command, small_project: SmallProject) -> None:
    assert "no release yet; run: make warehouse" in call(small_project, "release", "list").output
