"""Values of documents as messages may show them; every message that shows one cuts it here."""

from __future__ import annotations

SHOWN_LENGTH = 500


def shorten(value: object, length: int = SHOWN_LENGTH) -> str:
    """Return a value as a message may show it, cut where it is long."""
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= length else f"{shown[:length]}... ({len(shown):,} characters)"
