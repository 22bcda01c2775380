"""Tests that share a build run in one worker: xdist tells groups by the end of a test's id."""

import os

import pytest

from tests.conftest import pytest_collection_modifyitems


def test_a_test_s_group_stands_in_its_id(request: pytest.FixtureRequest) -> None:
    (marker,) = request.node.iter_markers("xdist_group")
    assert marker.args == ("tests/lint/test_grouping.py",)
    # a worker that does not say the group makes every build once more
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@tests/lint/test_grouping.py")


def test_whoever_asks_the_real_warehouse_is_in_one_group(pytester: pytest.Pytester) -> None:
    module = pytester.getmodulecol(
        """
        import pytest

        @pytest.fixture
        def real_warehouse(): ...

        @pytest.fixture
        def through_another(real_warehouse): ...

        def test_direct(real_warehouse): ...
        def test_indirect(through_another): ...
        def test_other(): ...
        """
    )
    items = pytester.genitems([module])
    pytest_collection_modifyitems(items)
    groups = [next(item.iter_markers("xdist_group")).args[0] for item in items]
    assert groups[:2] == ["real_warehouse", "real_warehouse"]
    assert groups[2] != "real_warehouse"
