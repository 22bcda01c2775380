"""The second evaluator for a buyer by name: lists, owners and acts that name it, one day at a time.

It reads the tables as they are embedded and goes through their rows by plain loops; what the chip
rules say is asked of `evaluator.py`. Nothing here is taken from the SQL.
"""

from dataclasses import dataclass
from datetime import date

from .day_rows import OUTCOMES
from .evaluator import decide
from .rows import BASELINE, RuleTables
from .sql_rows import Rows

BUYER_TABLES = (
    ("organisations", "organisations"),
    ("organisations", "organisation_aliases"),
    ("entity_listings", "entity_listings"),
    ("entity_listings", "entity_aliases"),
    ("entity_listings", "entity_names"),
    ("entity_listings", "owned_parties"),
    ("export_controls", "named_buyers"),
    ("export_controls", "party_rules"),
)
STRICTNESS_OF_LIST = {"presumption_of_denial": 5, "case_by_case": 3}
UNKNOWN_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class BuyerCase:
    """One question about a buyer by name."""

    buyer_id: str
    chip_id: str
    destination: str
    transaction: str
    day: date


@dataclass(frozen=True, slots=True)
class BuyerDecision:
    """The answer for a buyer: outcome, what decided, the listing behind it, a licence on record."""

    outcome: str
    buyer_headquarters: str
    deciding_kind: str
    listed_entity_id: str | None
    granted_policy_id: str | None


def to_day(cell: str | None) -> date | None:
    """Read a day from a cell."""
    return date.fromisoformat(cell) if cell else None


class BuyerBook:
    """The rows about buyers, as they were known on a day."""

    def __init__(self, rows: Rows, as_of: date) -> None:
        """Keep the rows that were public by then."""
        self.as_of = as_of
        public = {row["policy_id"]: to_day(row["public_on"]) for row in rows["policy_events"]}
        self.acts = {policy for policy, day in public.items() if day and day <= as_of}
        self.organisations = {row["organisation_id"]: row for row in rows["organisations"]}
        self.listings = [
            row
            for row in rows["entity_listings"]
            if (to_day(row["published_on"]) or to_day(row["listed_on"])) <= as_of
        ]
        self.owned = [
            row
            for row in rows["owned_parties"]
            if (to_day(row["published_on"]) or date.min) <= as_of
        ]
        self.named = [row for row in rows["named_buyers"] if row["policy_id"] in self.acts]
        self.rules = [row for row in rows["party_rules"] if row["policy_id"] in self.acts]
        self.labels = {
            row["alias"]: row["organisation_id"] for row in rows["organisation_aliases"]
        } | {name: name for name in self.organisations}
        self.aliases = rows["entity_aliases"]
        self.groups = rows["destination_groups"]

    def find_organisation(self, entity_id: str) -> str | None:
        """Give the organisation that a listed party is, by a list of aliases or by its names."""
        found = {
            self.labels.get(row["organisation_id"])
            for row in self.aliases
            if row["entity_id"] == entity_id and row["relation"] == "same"
        }
        for row in self.listings:
            if row["entity_id"] == entity_id:
                names = (row["entity_id"], row["entity_name"], row["name_zh"])
                found |= {self.labels.get(name) for name in names}
        return min(found - {None}, default=None)

    def name_party(self, entity_id: str) -> str:
        """Give the id under which a listed party buys."""
        return self.find_organisation(entity_id) or entity_id

    def find_seat(self, buyer_id: str) -> str:
        """Give the country of the ultimate parent."""
        if buyer_id in self.organisations:
            organisation = self.organisations[buyer_id]
            while organisation["parent_organisation_id"]:
                organisation = self.organisations[organisation["parent_organisation_id"]]
            return organisation["country"]
        listings = [row for row in self.listings if self.name_party(row["entity_id"]) == buyer_id]
        if listings:
            parents = [row["parent_entity_id"] for row in listings if row["parent_entity_id"]]
            if parents:
                return self.find_seat(self.name_party(min(parents)))
            return min(row["country"] for row in listings)
        owners = [row for row in self.owned if row["entity_id"] == buyer_id]
        if owners:
            return self.find_seat(self.name_party(owners[0]["owner_entity_id"]))
        return next(row["headquarters"] for row in self.named if row["buyer_id"] == buyer_id)

    def is_in_force(self, row: dict, day: date) -> bool:
        """Say whether a row binds on a day; an end that an act brings counts once it is known."""
        end = to_day(row["valid_to"])
        if row["ended_by"] and row["ended_by"] not in self.acts:
            end = None
        return to_day(row["valid_from"]) <= day and (end is None or day <= end)

    def find_headquarters(self, buyer_id: str, destination: str, day: date) -> str:
        """Say which kind of buyer it is at a destination."""
        seat = self.find_seat(buyer_id)
        if seat == destination:
            return "local"
        for row in self.groups:
            if row["country"] != seat or row["group_code"] not in ("D:5", "MO"):
                continue
            start, end = to_day(row["valid_from"]), to_day(row["valid_to"])
            if end is not None and end >= self.as_of:
                end = None
            if (start is None or start <= day) and (end is None or day <= end):
                return "d5_or_macau"
        return "local"

    def find_duties(self, buyer_id: str, day: date) -> list[tuple[int, date, str]]:
        """List the duties of a day: strictness, day of listing, listed party."""
        reached = [
            (row["entity_id"], "listed", None, None)
            for row in self.listings
            if self.name_party(row["entity_id"]) == buyer_id
        ]
        reached += [
            (
                row["owner_entity_id"],
                "listed" if row["relation"] == "unit" else "owned_half",
                to_day(row["owned_from"]),
                to_day(row["owned_to"]),
            )
            for row in self.owned
            if row["entity_id"] == buyer_id
        ]
        duties = []
        for entity_id, reach, start, end in reached:
            if (start and day < start) or (end and day > end):
                continue
            for row in self.listings:
                removed = to_day(row["removed_on"])
                if removed is not None and removed >= self.as_of:
                    removed = None
                if (
                    row["entity_id"] == entity_id
                    and to_day(row["listed_on"]) <= day
                    and (removed is None or day <= removed)
                    and any(
                        rule["list"] == row["list"]
                        and rule["reach"] == reach
                        and self.is_in_force(rule, day)
                        for rule in self.rules
                    )
                ):
                    changed = to_day(row["review_changed_on"])
                    early = changed is not None and day < changed
                    review = row["earlier_review_policy" if early else "review_policy"]
                    duties.append((STRICTNESS_OF_LIST[review], to_day(row["listed_on"]), entity_id))
        return duties

    def find_naming(self, case: BuyerCase, item: str, effect: str) -> str | None:
        """Give the act that names the buyer for an item, or one above it, at the destination."""
        return min(
            (
                row["policy_id"]
                for row in self.named
                if row["buyer_id"] == case.buyer_id
                and row["destination_group"] == case.destination
                and row["effect"] == effect
                and item.startswith(row["control_item"])
                and self.is_in_force(row, case.day)
            ),
            default=None,
        )


def decide_buyer(tables: RuleTables, book: BuyerBook, case: BuyerCase) -> BuyerDecision:
    """Decide one case for a buyer by name, in what happened."""
    headquarters = book.find_headquarters(case.buyer_id, case.destination, case.day)
    chip = decide(
        tables,
        BASELINE,
        case.chip_id,
        case.destination,
        headquarters,
        case.transaction,
        case.day,
        book.as_of,
    )
    duties = book.find_duties(case.buyer_id, case.day)
    strictest = max((duty[0] for duty in duties), default=None)
    shown = min((d for d in duties if d[0] == strictest), key=lambda d: d[1:], default=None)
    needs_something = chip.control_item is not None and chip.lowest > 0
    granted = exempt = None
    if needs_something:
        granted = book.find_naming(case, chip.control_item, "licence_granted")
        exempt = book.find_naming(case, chip.control_item, "exempt")
    limit = UNKNOWN_AT_MOST if chip.outcome == "unknown" else chip.lowest
    outcome, kind = chip.outcome, chip.reason.kind
    if strictest is not None and strictest > limit:
        outcome, kind = OUTCOMES[strictest], "listing"
    elif strictest is None and exempt:
        outcome, kind = "no_licence_needed", "named_buyer"
    return BuyerDecision(outcome, headquarters, kind, shown[2] if shown else None, granted)
