"""How much of a table may change from one document to the next before its source stops or warns.

The defaults for all tables stand here; a table's `bounds` say otherwise.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Bounds(BaseModel):
    """Shares of the rows of the document before, and from how many rows on they are held.

    More than `rows_gone` missing, or a column that was filled in `filled` of the rows and is now
    empty, stops the document: the last good one stays in use. More than `rows_added` new ones warn.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows_gone: float = Field(default=0.3, gt=0, le=1)
    rows_added: float = Field(default=1.0, gt=0)
    filled: float = Field(default=0.2, gt=0, le=1)
    from_rows: int = Field(default=20, ge=1)
