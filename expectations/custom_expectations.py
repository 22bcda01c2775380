"""Expectations of this project for Great Expectations: its own classes with their defaults stated.

Each says in one name what several suites ask of a column, with the bound and the reason for it
beside. Suites name them like built-in ones.
"""

from great_expectations import expectations as gxe


class ExpectShareBetweenZeroAndOne(gxe.ExpectColumnValuesToBeBetween):
    """A share lies between 0 and 1; above 1 a percentage was given by mistake."""

    min_value: float = 0
    max_value: float = 1


class ExpectPercentBetweenZeroAndHundred(gxe.ExpectColumnValuesToBeBetween):
    """A percentage of a whole lies between 0 and 100."""

    min_value: float = 0
    max_value: float = 100


class ExpectRegionCode(gxe.ExpectColumnValuesToBeInSet):
    """A region is one of the three of the warehouse, or their sum."""

    column: str = "region_id"
    value_set: list = ["US", "CN", "ROW", "WORLD"]  # noqa: RUF012


class ExpectPartsToMakeWhole(gxe.ExpectColumnValuesToBeBetween):
    """Parts over their total, as a ratio: within two percent, for totals of separate draws."""

    min_value: float = 0.98
    max_value: float = 1.02
