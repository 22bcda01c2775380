"""Exit codes of `status` and `run --live`: failed, never run, stale."""

import importlib
from datetime import date, timedelta

import pytest

from pipelines.base.settings import today_utc
from pipelines.cli.status import FAILED, NEVER_RUN, STALE
from tests.cli.conftest import Command
from tests.small_project.builder import SmallProject


def let_days_pass(monkeypatch: pytest.MonkeyPatch, days: int) -> date:
    """Let `status` be asked so many days from now."""
    later = today_utc() + timedelta(days=days)
    monkeypatch.setattr(importlib.import_module("pipelines.cli.status"), "today_utc", lambda: later)
    return later


def test_before_the_first_run(call: Command, small_project: SmallProject) -> None:
    assert call(small_project, "status").code == NEVER_RUN


def test_release_of_yesterday_is_well_and_one_of_long_ago_stale(
    call: Command, published: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_days_pass(monkeypatch, 1)
    assert call(published, "status").code == 0
    let_days_pass(monkeypatch, 300)
    shown = call(published, "status")
    assert shown.code == STALE
    assert "no run has ended well for 300 days" in shown.output


def test_live_run_without_any_answer_is_told_by_its_code(
    call: Command, published: SmallProject
) -> None:
    shown = call(published, "run", "--live")  # nothing listens at the source's address
    assert shown.code == STALE
    assert "no address answered" in shown.output + shown.errors
    state = call(published, "status")
    assert state.code == STALE
    assert "quotes: its last fetch failed" in state.output


def test_unknown_name_is_refused_with_a_near_one(call: Command, published: SmallProject) -> None:
    shown = call(published, "run", "--live", "--only", "quots")
    assert shown.code == 1
    assert "--only quots: no source or area has that name" in shown.errors
    assert "did you mean quotes?" in shown.errors
    assert call(published, "status").code == FAILED
