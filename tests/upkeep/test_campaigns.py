"""The campaigns in a short form: each does what it says, and its verdict can be lost."""

import random
from pathlib import Path

import pytest

from scripts.campaign.verdict import Tally
from scripts.campaign.world import World, read_published
from scripts.campaign_damage import cut, judge, try_damage
from scripts.campaign_kills import PRICES, kill_runs
from scripts.campaign_readers import publish_under_readers
from scripts.campaign_two_runs import run_twice


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    """Give a tally that is kept in a file."""
    return Tally(tmp_path / "results.jsonl")


def learn(world: World, root: Path) -> dict[str, str]:
    """Return the content hash that each price gives; the world stays as it is."""
    other = world.project.copy_to(root)
    other.change_quote("q05", usd_per_hour_p50=PRICES[1])
    other.run()
    return {PRICES[0]: world.content_hash, PRICES[1]: read_published(other)[1]}


def test_a_killed_run_and_two_at_once_lose_nothing(
    world: World, tally: Tally, tmp_path: Path
) -> None:
    contents = learn(world, tmp_path / "other")
    kill_runs(world.project, contents, {"models": 0.5}, random.Random(1), 1, tally)
    # the same price again: nothing is to be built, and one of the two is refused or comes later
    run_twice(world.project, contents, [0.0], tally)
    assert [item["verdict"] for item in tally.found] == ["survived", "survived"]
    assert tally.found[0]["was_killed"]


def test_readers_see_one_release_whole_while_others_are_published(
    world: World, tally: Tally
) -> None:
    assert publish_under_readers(world.project, 60, 2, tally) > 0
    assert tally.count("survived") == 2


def test_the_verdict_of_a_campaign_can_be_lost(world: World) -> None:
    path = world.project.settings.current_path
    assert judge(world, world.documents, path) == []
    cut(path)
    (wrong,) = judge(world, world.documents, path)
    assert wrong.startswith("published file: ")


def test_a_damaged_file_is_mended_through_the_commands(world: World, tmp_path: Path) -> None:
    path = world.project.settings.current_path
    found = try_damage(world, path, "cut", tmp_path / "logs", (("status",), ("repair",)))
    assert (found["verdict"], found["why"]) == ("survived", [])
    assert [line.split()[0] for line in found["said"]] == ["status", "repair"]
