"""The catalogue of breaks: what was done on purpose, and which check has to notice."""

from datetime import date

from tests.quality.breaks import Break, DayBreak
from tests.quality.build_breaks import BUILD_BREAKS
from tests.quality.outlook_breaks import OUTLOOK_BREAKS
from tests.quality.source_breaks import SOURCE_BREAKS

DAY_BREAKS: list[Break] = [
    DayBreak(
        "a source has gone silent for two years",
        "exchange_rates.is_fresh",
        date(2026, 7, 15),
        date(2028, 12, 31),
        tells="fresh_for_days",
    )
]

BREAKS: list[Break] = [*SOURCE_BREAKS, *BUILD_BREAKS, *OUTLOOK_BREAKS, *DAY_BREAKS]
