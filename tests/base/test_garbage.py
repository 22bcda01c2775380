"""Collections are rare within the block and as before after it, whatever happens there."""

import gc

import pytest

from pipelines.base.garbage import RARELY, collect_rarely


def test_collections_are_rare_in_the_block_only() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="no"), collect_rarely():
        assert gc.get_threshold() == RARELY != before
        raise ValueError("no")
    assert gc.get_threshold() == before
