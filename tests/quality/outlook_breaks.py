"""Breaks of the tables of the outlook; done and taken back like those of the others."""

from tests.quality.breaks import Break, BuildBreak

OUTLOOK_BREAKS: list[Break] = [
    BuildBreak(
        "the simple rule is lost from the outlook",
        "fct_outlook.the_simple_rule_stands_in_every_row",
        (
            "update marts.fct_outlook set rule_p05 = null, rule_p50 = null, rule_p95 = null "
            "where region_id = 'US' and measure = 'deployed'",
        ),
    ),
    BuildBreak(
        "the outlook of China takes the record of the others",
        "fct_outlook.judged_rows_have_no_record",
        (
            "update marts.fct_outlook set record_cases = 9, record_coverage_90 = 0.89 "
            "where region_id = 'CN' and quarters_ahead = 4",
        ),
    ),
    BuildBreak(
        "a chance of shortage of one half is told as an answer",
        "fct_outlook.a_coin_is_no_answer",
        (
            "update marts.fct_outlook set value_p05 = 0.5, value_p25 = 0.5, value_p50 = 0.5, "
            "value_p75 = 0.5, value_p95 = 0.5, is_informative = true, uninformative_reason = null "
            "where measure = 'probability_tight' and region_id = 'US'",
        ),
    ),
    BuildBreak(
        "a limit is counted twice",
        "fct_outlook_binding.one_limit_binds",
        (
            "update marts.fct_outlook_binding set probability = 2 * probability "
            "where bound = 'power'",
        ),
    ),
    BuildBreak(
        "an outlook of the past reads the quarter that it forecasts",
        "fct_outlook_score.nothing_is_known_of_later_quarters",
        (
            "update marts.fct_outlook_score set known_to = known_to + interval 1 year "
            "where outlook_id = 'backtest-2024Q1'",
        ),
    ),
    BuildBreak(
        "a quarter that is carried on is taken for a count",
        "fct_outlook_score.a_score_needs_a_count",
        (
            "update marts.fct_outlook_score set truth_counted_share = 0.3 "
            "where quarter_start = date '2025-10-01'",
        ),
    ),
]
