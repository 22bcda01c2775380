"""The rules as coded: what the evaluator must show of them beyond single outcomes.

Restrictions of the buying country, the row shown, headroom, missing metrics, and statements about
all chips and days that the rules themselves make.
"""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from .cases import Case, decide_case, edge_days, random_cases
from .day_rows import prepare_tables
from .evaluator import Decision, UnknownChipError, decide
from .headroom import Headroom, find_headroom
from .rows import RULE_TABLES, PolicyEvent, RuleParameter, RuleTables, tables_from_relations
from .switches import UnknownScenarioError
from .test_known_outcomes import EVERYTHING_KNOWN


def ask(
    tables: RuleTables,
    chip_id: str,
    destination: str,
    day: str,
    buyer: str = "local",
    transaction: str = "export",
) -> Decision:
    case = Case("baseline", chip_id, destination, buyer, transaction, date.fromisoformat(day))
    return decide_case(tables, case, EVERYTHING_KNOWN)


@pytest.mark.parametrize(
    ("chip_id", "destination", "day", "expected"),
    [
        ("nvidia-h20", "CN", "2025-07-30", []),
        ("nvidia-h20", "CN", "2025-08-11", ["security_review:cn-2025-07-h20-summons"]),
        (
            "nvidia-h20",
            "CN",
            "2025-08-12",
            [
                "purchase_discouraged:cn-2025-08-h20-discouraged",
                "security_review:cn-2025-07-h20-summons",
            ],
        ),
        # Foreign datacenter parts are stopped for state-funded sites from 15 October 2025.
        (
            "nvidia-h20",
            "CN",
            "2025-10-15",
            [
                "purchase_limited:cn-2025-11-state-dc-ban",
                "customs_checks:cn-2025-10-customs-checks",
                "purchase_stopped:cn-2025-09-h20-stop",
                "purchase_discouraged:cn-2025-08-h20-discouraged",
                "security_review:cn-2025-07-h20-summons",
            ],
        ),
        # Latest first; two restrictions of 13 January stand beside that of October.
        (
            "nvidia-h200",
            "CN",
            "2026-01-20",
            [
                "import_stopped:cn-2026-01-h200-customs",
                "purchase_discouraged:cn-2026-01-h200-customs",
                "purchase_limited:cn-2025-11-state-dc-ban",
                "customs_checks:cn-2025-10-customs-checks",
            ],
        ),
        (
            "nvidia-h200",
            "CN",
            "2026-01-28",
            [
                "import_conditional:cn-2026-01-h200-conditional",
                "purchase_discouraged:cn-2026-01-h200-customs",
                "purchase_limited:cn-2025-11-state-dc-ban",
                "customs_checks:cn-2025-10-customs-checks",
            ],
        ),
        # Mainland restrictions do not reach Hong Kong.
        ("nvidia-h20", "HK", "2025-10-15", []),
        # A domestic part is not foreign, a gaming card is no datacenter part.
        ("huawei-ascend-910c", "CN", "2025-10-15", []),
        ("nvidia-rtx-4090-d", "CN", "2025-10-15", []),
        ("nvidia-h100-sxm", "MY", "2025-07-14", ["onward_permit:my-2025-07-us-chips"]),
        ("huawei-ascend-910c", "MY", "2025-07-14", []),
    ],
)
def test_restriction_of_the_buying_country(rule_tables, chip_id, destination, day, expected):
    shown = ask(rule_tables, chip_id, destination, day).destination_restriction
    assert (shown.split(",") if shown else []) == expected


def test_the_clause_and_the_licence_row_are_shown(rule_tables):
    """The H100 meets a.1 and a.2; the licence row of D:5 answers."""
    found = ask(rule_tables, "nvidia-h100-sxm", "CN", "2024-06-01")
    shown = (found.control_item, found.clause_id, found.policy_id, found.licence_policy_id)
    assert shown == ("3A090.a", "us23-3a090-a1", *["us-2023-10-acs-ifr"] * 2)


def test_a_named_chip_shows_the_letter_instead_of_a_clause(rule_tables):
    """The letter of April binds the H20; since July the assurance sets the standard."""
    found = ask(rule_tables, "nvidia-h20", "CN", "2025-09-01")
    shown = (found.control_item, found.clause_id, found.policy_id, found.licence_policy_id)
    assert shown == ("h20_letter", None, "us-2025-04-h20-letter", "us-2025-07-h20-assurance")


def test_the_licence_standard_beside_an_exception_is_shown(rule_tables):
    """From April 2024 a licence for paragraph b is reviewed case by case where one is sought."""
    assert ask(rule_tables, "nvidia-l40", "CN", "2024-04-03").licence_review is None
    assert ask(rule_tables, "nvidia-l40", "CN", "2024-04-04").licence_review == "case_by_case"


def test_the_earlier_of_equally_strict_rows_is_shown(rule_tables):
    """In Russia the embargo of 2022 and paragraph a of 2023 both presume denial for an H100."""
    assert ask(rule_tables, "nvidia-h100-sxm", "RU", "2024-06-01").control_item == "746_russia"


def test_the_missing_metric_is_named(rule_tables):
    """The TPU v5e has a TPP of 3152, and its die area is not published."""
    found = ask(rule_tables, "google-tpu-v5e", "CN", "2024-06-01")
    assert (found.outcome, found.missing_metrics) == ("unknown", ("performance_density",))


@pytest.mark.parametrize(
    ("chip_id", "day", "expected"),
    [
        # (2400 - 2368) / 2400: the H20 is nearest to the TPP bound of b.1.
        ("nvidia-h20", "2024-06-01", (1.333, "us23-3a090-b1", "tpp", 2368, 2400)),
        # (5.92 - 6.599) / 5.92: the L4 is in a.2 by density; its TPP is 21 % beyond that bound.
        ("nvidia-l4", "2024-06-01", (-11.470, "us23-3a090-a2", "performance_density", 6.599, 5.92)),
        # (4800 - 15832) / 4800: the H100 is deepest in a.1.
        ("nvidia-h100-sxm", "2024-06-01", (-229.833, "us23-3a090-a1", "tpp", 15832, 4800)),
        # (600 - 400) / 600: the A800 had only its interconnect between it and the rule of 2022.
        ("nvidia-a800", "2023-06-01", (33.333, "us22-3a090-a", "interconnect_gb_s", 400, 600)),
        # (4800 - 4707.2) / 4800: only a.1 can be reached by a card that is not for datacenters.
        ("nvidia-rtx-4090-d", "2024-06-01", (1.933, "us23-3a090-a1", "tpp", 4707.2, 4800)),
    ],
)
def test_headroom_by_hand(rule_tables, chip_id, day, expected):
    found = find_headroom(
        *(rule_tables, "baseline", chip_id, "CN", "local", "export"),
        date.fromisoformat(day),
        EVERYTHING_KNOWN,
    )
    pct, clause_id, metric, value, threshold = expected
    assert found == Headroom(pytest.approx(pct, abs=1e-3), clause_id, metric, value, threshold)


def test_no_headroom_without_rules_or_rates(rule_tables):
    rest = ("CN", "local", "export")
    early = ("baseline", "nvidia-a100", *rest, date(2021, 1, 1), EVERYTHING_KNOWN)
    assert find_headroom(rule_tables, *early) is None
    unpublished = ("baseline", "amd-mi308x", *rest, date(2024, 6, 1), EVERYTHING_KNOWN)
    assert find_headroom(rule_tables, *unpublished) is None


def test_hong_kong_follows_china_since_december_2020(rule_tables):
    """No row names Hong Kong itself, so every outcome is that of China."""
    for case in random_cases(rule_tables, 20, 2000, as_of=EVERYTHING_KNOWN, countries=["CN"]):
        if case.day >= date(2020, 12, 23):
            there = decide_case(rule_tables, replace(case, destination="HK"), EVERYTHING_KNOWN)
            here = decide_case(rule_tables, case, EVERYTHING_KNOWN)
            assert there.outcome == here.outcome, case


@pytest.mark.parametrize("item", ["3A090", "3A090.a", "3A090.b", "h20_letter", "746_iran"])
def test_a_further_clause_of_a_coded_item_never_loosens_a_known_outcome(rule_tables, item):
    """Paragraph a removes b, so the property needs a to be at least as strict as b everywhere."""
    clause = RuleParameter(
        *("new", item, "new", "chip", "decide", "any_chip", "=", 1.0, "boolean"),
        valid_from=date(2019, 1, 1),
    )
    after = replace(
        rule_tables,
        policy_events=(*rule_tables.policy_events, PolicyEvent("new", "x", date(2019, 1, 1))),
        rule_parameters=(*rule_tables.rule_parameters, clause),
    )
    for case in random_cases(rule_tables, 21, 1000, as_of=EVERYTHING_KNOWN):
        old = decide_case(rule_tables, case, EVERYTHING_KNOWN)
        new = decide_case(after, case, EVERYTHING_KNOWN)
        if "unknown" not in (old.outcome, new.outcome):
            assert new.lowest >= old.lowest, case


def test_the_diffusion_rule_answers_in_its_scenario_only(rule_tables):
    """It was dropped two days before it was to bind."""
    policies = {"baseline": set(), "diffusion-enforced": set()}
    for case in random_cases(rule_tables, 22, 4000, as_of=EVERYTHING_KNOWN):
        for scenario_id, seen in policies.items():
            asked = replace(case, scenario_id=scenario_id)
            seen.add(decide_case(rule_tables, asked, EVERYTHING_KNOWN).policy_id)
    assert "us-2025-01-ai-diffusion" not in policies["baseline"]
    assert "us-2025-01-ai-diffusion" in policies["diffusion-enforced"]


def test_random_cases_repeat_and_stand_at_the_edges(rule_tables):
    first = list(random_cases(rule_tables, 23, 500, as_of=EVERYTHING_KNOWN))
    assert first == list(random_cases(rule_tables, 23, 500, as_of=EVERYTHING_KNOWN))
    assert {case.scenario_id for case in first} > {"baseline", "no-us-chip-rules"}
    edges = set(edge_days(prepare_tables(rule_tables, "baseline", EVERYTHING_KNOWN)))
    assert {date(2023, 11, 16), date(2023, 11, 17), date(2023, 11, 18)} <= edges


def test_unknown_chips_and_scenarios_are_refused(rule_tables):
    rest = ("CN", "local", "export", date(2024, 1, 1))
    with pytest.raises(UnknownChipError):
        decide(rule_tables, "baseline", "nvidia-h20", *rest, date(2023, 6, 1))
    with pytest.raises(UnknownScenarioError):
        decide(rule_tables, "no-such-scenario", "nvidia-h20", *rest, EVERYTHING_KNOWN)


def test_database_rows_read_like_csv_rows(rule_tables, facts_paths):
    """The same rows through DuckDB's own types give the same tables."""
    con = duckdb.connect()
    relations = {name: con.read_csv(str(path)) for name, path in facts_paths.items()}
    loaded = tables_from_relations(relations)
    for name in (*RULE_TABLES, "policy_events", "destination_groups", "scenarios"):
        assert getattr(loaded, name) == getattr(rule_tables, name)
    for chip_id, chip in rule_tables.chips.items():
        assert loaded.chips[chip_id].values == chip.values
