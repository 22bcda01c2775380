"""Steps 1 to 5 and 8 of the decision procedure in docs/policy-engine.md, for one question.

A question is a chip, a destination, a buyer and a transaction against the rows of one day. The
steps find which items may answer and with which licence row; what follows from them for the
outcome is decided in `evaluator.py`.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache

from .day_rows import (
    INFORMATION_SCOPES,
    NOT_REACHED,
    DayRows,
    destination_codes,
    is_selected,
    strictness,
)
from .logic import FALSE, TRUE, Truth, all_of, any_of, check_condition, negate
from .rows import Chip, FactsError, LicenceRow, NamedChip, Refinement, RuleParameter


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may answer for a base item, with its licence row (None: does not reach)."""

    control_item: str
    row: LicenceRow | None
    truth: Truth
    refinement: tuple[Refinement, ...] = ()
    is_named: bool = False

    @property
    def strictness(self) -> int:
        return NOT_REACHED if self.row is None else strictness(self.row)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What steps 1 to 5 found for one base item.

    `candidates` holds the undecided refinements that stay possible, in order, then the item that
    answers. `lowest` and `highest` bound the strictness that the item may bring.
    """

    base_item: str
    truth: Truth
    met_clauses: tuple[str, ...]
    named_by: tuple[str, ...]
    candidates: tuple[Candidate, ...]

    @property
    def answer(self) -> Candidate:
        return self.candidates[-1]

    @property
    def lowest(self) -> int:
        found = min(candidate.strictness for candidate in self.candidates)
        return found if self.truth.value else NOT_REACHED

    @property
    def highest(self) -> int:
        return max(candidate.strictness for candidate in self.candidates)

    def missing_metrics(self) -> frozenset[str]:
        """Name what would settle the item: its own open question, and which refinement answers."""
        missing = self.truth.missing if self.truth.value is None else frozenset()
        if len({candidate.strictness for candidate in self.candidates}) > 1:
            missing = missing.union(*(candidate.truth.missing for candidate in self.candidates))
        return missing


@lru_cache(maxsize=4096)
def item_slug(item: str) -> str:
    """Spell an item the way metric names do: 3A090.a becomes 3a090_a."""
    return item.lower().replace(".", "_")


@dataclass(frozen=True)
class Question:
    """One question with the rows that may answer it; its methods are the steps of the procedure."""

    rows: DayRows
    refined: frozenset[str]
    chip: Chip
    destination: str
    buyer: str
    transaction: str

    @cached_property
    def codes(self) -> frozenset[str]:
        return destination_codes(self.rows, self.destination)

    @cached_property
    def export_rows(self) -> list[NamedChip]:
        return self.named_rows("export")

    def named_rows(self, side: str) -> list[NamedChip]:
        """Give the named-chip rows of one side that mean this chip.

        Export rows hold for the destinations and buyers they state; so far all say ANY and any.
        Restrictions hold for the destination's own code only (step 8); those for single kinds of
        buyers are shown too, since they inform and decide nothing.
        """
        if side == "destination":
            codes, scopes = {self.destination}, {"any", self.buyer} | INFORMATION_SCOPES
        else:
            codes = self.codes | {"ANY"}
            scopes = {"any", self.buyer}
        return [
            row
            for row in self.rows.named
            if row.side == side
            and row.destination_group in codes
            and row.buyer_scope in scopes
            and is_selected(row, self.chip, self.destination)
        ]

    def clause_truth(self, conditions: list[RuleParameter], reading: tuple[str, ...]) -> Truth:
        """Evaluate one clause: all its conditions in force (step 1)."""
        return all_of(
            self.condition_truth(row.metric, row.operator, row.threshold, reading)
            for row in conditions
        )

    def condition_truth(
        self, metric: str, comparison: str, threshold: float | str, reading: tuple[str, ...] = ()
    ) -> Truth:
        """Evaluate one condition; `meets_x` and `contains_x` read the clauses of item x instead."""
        prefix, _, slug = metric.partition("_")
        if prefix not in ("meets", "contains"):
            return check_condition(self.chip, metric, comparison, threshold)
        slug = slug.removesuffix("_ic")
        matches = [item for item in self.rows.clauses if slug in (item, item_slug(item))]
        if any(item in reading for item in matches):
            raise FactsError(f"rule_parameters: items read each other in a circle: {reading}")
        truth = any_of(
            self.clause_truth(conditions, (*reading, item))
            for item in matches
            for conditions in self.rows.clauses[item].values()
        )
        if truth.value is None:
            return truth
        holds = check_condition(
            Chip("", {metric: 1.0 if truth.value else 0.0}), metric, comparison, threshold
        )
        return holds

    def meet_items(self) -> tuple[dict[str, Truth], dict[str, tuple[str, ...]]]:
        """Evaluate every control item (step 1).

        Returns:
            The truth of each base item, and the clauses that are met of each.
        """
        truths: dict[str, Truth] = {}
        met: dict[str, tuple[str, ...]] = {}
        for item, clauses in self.rows.clauses.items():
            results = {key: self.clause_truth(rows, (item,)) for key, rows in clauses.items()}
            truths[item] = any_of(results.values())
            met[item] = tuple(sorted(key for key, truth in results.items() if truth.value))
        for row in self.export_rows:
            if row.treatment == "needs_licence" and row.control_item not in self.refined:
                truths[row.control_item] = TRUE
        return truths, met

    def statements(self, item: str) -> list[NamedChip]:
        """Give the vendor's statements on record by which the chip is outside an item (step 2)."""
        return [
            row
            for row in self.export_rows
            if row.treatment == "outside_3a090"
            and (item == row.control_item or item.startswith(f"{row.control_item}."))
        ]

    def find_items(self) -> tuple[dict[str, Truth], dict[str, tuple[str, ...]]]:
        """Evaluate every control item and drop those outside by statement (steps 1 and 2)."""
        truths, met = self.meet_items()
        return {
            item: FALSE if self.statements(item) else truth for item, truth in truths.items()
        }, met

    def fits(self, group: list[Refinement]) -> bool:
        """Say whether all rows of a refinement speak of the transaction."""
        return all(row.transaction in ("any", self.transaction) for row in group)

    def refinement_truth(self, group: list[Refinement], truths: dict[str, Truth]) -> Truth:
        """Evaluate one refinement: all its rows, with its item, metric and transaction."""
        parts = []
        for row in group:
            if row.transaction not in ("any", self.transaction):
                return FALSE
            if row.needs_item is not None:
                parts.append(truths.get(row.needs_item, FALSE))
            if row.needs_metric is not None:
                comparison, value = row.needs_operator, row.needs_value
                parts.append(self.condition_truth(row.needs_metric, comparison, value))
        return all_of(parts)

    def remove_items(self, truths: dict[str, Truth]) -> dict[str, Truth]:
        """Apply the removals to the results of step 2, all at once (step 3)."""
        after = dict(truths)
        for item, groups in self.rows.removals.items():
            if item in after:
                for group in groups.values():
                    removal = self.refinement_truth(group, truths)
                    after[item] = all_of((after[item], negate(removal)))
        return after

    def licence_row(self, item: str) -> LicenceRow | None:
        """Choose the licence row of an item for this destination and buyer (step 5)."""
        fitting = [
            row
            for row in self.rows.licences.get(item, ())
            if row.destination_group in self.codes and row.buyer_scope in ("any", self.buyer)
        ]
        if not fitting:
            return None
        lowest = min(row.rank for row in fitting)
        return max(
            (row for row in fitting if row.rank == lowest),
            key=lambda row: (row.valid_from, row.policy_id, row.destination_group),
        )

    def find_candidates(self, item: str, truths: dict[str, Truth]) -> tuple[Candidate, ...]:
        """Try the refinements of an item in order of rank (step 4).

        A refined item answers if it is met and has a licence row here; undecided ones before it
        stay possible; without one the base item answers. Being named stands for the conditions, not
        for the transaction: a chip named for exports is not thereby named for re-exports.
        """
        named = {r.control_item for r in self.export_rows if r.treatment == "needs_licence"}
        found = []
        for group in self.rows.refinements.get(item, ()):
            refined = group[0].refined_item
            if refined is None:
                raise FactsError(f"control_item_refinements: {group[0]} has no refined_item")
            truth = self.refinement_truth(group, truths)
            is_named = refined in named and self.fits(group)
            if is_named:
                truth = TRUE
            row = None if truth.value is False else self.licence_row(refined)
            if row is not None:
                found.append(Candidate(refined, row, truth, tuple(group), is_named))
                if truth.value is True:
                    return tuple(found)
        return (*found, Candidate(item, self.licence_row(item), TRUE))

    def find_results(self) -> tuple[ItemResult, ...]:
        """Run steps 1 to 5 for every item that is not false, in ascending order."""
        truths, met = self.find_items()
        truths = self.remove_items(truths)
        named: dict[str, list[str]] = defaultdict(list)
        # of several letters the first one is shown
        for row in sorted(self.export_rows, key=lambda row: (row.valid_from, row.policy_id)):
            if row.treatment == "needs_licence" and row.control_item in truths:
                named[row.control_item].append(row.policy_id)
        return tuple(
            ItemResult(
                base_item=item,
                truth=truth,
                met_clauses=met.get(item, ()),
                named_by=tuple(named[item]),
                candidates=self.find_candidates(item, truths),
            )
            for item, truth in sorted(truths.items())
            if truth.value is not False
        )

    def find_restrictions(self) -> tuple[NamedChip, ...]:
        """Give the destination's own restrictions, latest start first, then by policy (step 8)."""
        rows = self.named_rows("destination")
        rows.sort(key=lambda row: (row.policy_id, row.treatment))
        return tuple(sorted(rows, key=lambda row: row.valid_from, reverse=True))

    def find_guidance(self) -> tuple[str, ...]:
        """Give the guidance that names the chip and binds nobody, as treatment:policy, in order."""
        return tuple(
            sorted(f"{row.treatment}:{row.policy_id}" for row in self.named_rows("guidance"))
        )
