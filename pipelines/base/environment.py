"""Setting environment variables for as long as a library needs them, and no longer."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def set_environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process while the block runs; then each is what it was before.

    For libraries that can be told no other way. Other threads see the values meanwhile.
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
