"""What is brought from a store: each side's own changes, and no conflict passed over."""

from itertools import product

from pipelines.store.merge import merge
from pipelines.store.sync import choose_release


def test_each_case_of_three_sides() -> None:
    # here, there and before: gone (None) or one of three contents
    outcomes = {}
    for was, mine, theirs in product((None, "a", "b", "c"), repeat=3):
        sides = [{"x": side} if side else {} for side in (was, mine, theirs)]
        found = merge(*sides)
        outcomes[was, mine, theirs] = (
            "take" if found.take else "remove" if found.remove else
            "conflict" if found.conflicts else "stay"
        )  # fmt: skip
    assert outcomes[None, None, "a"] == "take"  # new there
    assert outcomes[None, "a", None] == "stay"  # new here
    assert outcomes["a", "a", "b"] == "take"  # changed there
    assert outcomes["a", "b", "a"] == "stay"  # changed here
    assert outcomes["a", "b", "b"] == "stay"  # changed alike
    assert outcomes["a", "a", None] == "remove"  # gone there
    assert outcomes["a", None, "a"] == "stay"  # gone here
    assert outcomes["a", None, "b"] == "take"  # gone here, changed there
    assert outcomes["a", "b", None] == "stay"  # changed here, gone there
    assert outcomes["a", "b", "c"] == "conflict"
    assert outcomes[None, "a", "b"] == "conflict"
    # whatever happens, what only this side has is never taken away
    assert {o for (w, m, t), o in outcomes.items() if m and m not in (w, t)} <= {"stay", "conflict"}


def test_current_release_is_that_of_the_side_that_changed_it() -> None:
    assert choose_release(None, None, "theirs") == "theirs"
    assert choose_release("old", "old", "theirs") == "theirs"
    assert choose_release("old", "mine", "old") == "mine"
    assert choose_release("old", "mine", "theirs") is None
    assert choose_release(None, None, None) == ""
