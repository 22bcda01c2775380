"""The tables of schema `meta`: what a release says about itself, with every column described.

Names and first columns are part of the published contract; more columns may be added. Filling
them belongs in `write_meta.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MetaTable:
    """One meta table: grain and columns as name -> (type, description)."""

    description: str
    columns: dict[str, tuple[str, str]]


META_TABLES: dict[str, MetaTable] = {
    "source": MetaTable(
        "One row per source: terms, cadence and how fresh it is on the build's as-of day.",
        {
            "source_id": ("VARCHAR", "Source; also the name of its folder."),
            "title": ("VARCHAR", "Title of the source."),
            "publisher": ("VARCHAR", "Publishers, comma-separated."),
            "licence": ("VARCHAR", "Licences, comma-separated, in the order of the publishers."),
            "attribution": ("VARCHAR", "Text to show beside figures of the source."),
            "redistribution": (
                "VARCHAR",
                "Strictest term of its publishers: allowed, facts_only (figures may be quoted, "
                "the compilation not passed on) or unknown.",
            ),
            "cadence": ("VARCHAR", "How often upstream publishes."),
            "last_loaded_at": (
                "TIMESTAMP",
                "Moment (UTC) at which the newest document was loaded; null if none was.",
            ),
            "newest_known_on": (
                "DATE",
                "Newest day on which a row became known, up to the as-of day; null if no row is "
                "known or the source is a reference list, which is always known.",
            ),
            "freshness": (
                "VARCHAR",
                "fresh, stale (older than the contract allows, the newest document was refused, "
                "or the last fetch failed), always_known, empty (no row known on the as-of "
                "day, but for lists of this project), or unread (fetched, and no model reads it).",
            ),
            "area": ("VARCHAR", "Area of the warehouse that the source belongs to."),
            "kind": ("VARCHAR", "registry (kept by people here) or connector (fetched)."),
            "rows_known": ("BIGINT", "Rows known and verified on the as-of day. Unit: count."),
            "fresh_for_days": ("BIGINT", "Age up to which it counts as fresh. Unit: days."),
            "usage_warnings": (
                "VARCHAR",
                "What a user must not do with the figures; null if none.",
            ),
        },
    ),
    "document": MetaTable(
        "One row per document and table that the build reads or refused.",
        {
            "sha256": ("VARCHAR", "SHA-256 of the archived bytes."),
            "source_id": ("VARCHAR", "Source of the document."),
            "address": ("VARCHAR", "URL, or path of the embedded file within the sources."),
            "fetched_at": ("TIMESTAMP", "Moment (UTC) at which the bytes were archived."),
            "rows_accepted": ("BIGINT", "Rows loaded. Unit: count."),
            "rows_quarantined": ("BIGINT", "Rows refused with a reason. Unit: count."),
            "contract_version": ("VARCHAR", "Version of the contract they were checked against."),
            "table_name": ("VARCHAR", "Raw table; null for a refused document."),
            "document_on": ("DATE", "Day whose state the document shows."),
            "origin": (
                "VARCHAR",
                "embedded (rows of the repository), recorded (a document of the upstream that is "
                "kept there) or live.",
            ),
            "status": ("VARCHAR", "accepted or refused."),
            "rows_read": ("BIGINT", "Rows in the document. Unit: count."),
            "rows_left_out": ("BIGINT", "Rows left out by a correction. Unit: count."),
            "rows_corrected": ("BIGINT", "Rows with a corrected field. Unit: count."),
            "rows_unverified": (
                "BIGINT",
                "Accepted rows that were recalled or not read and feed no mart. Unit: count.",
            ),
            "reason": ("VARCHAR", "Why the document was refused; null if it was not."),
        },
    ),
    "lineage": MetaTable(
        "One row per mart and document that feeds it.",
        {
            "table_name": ("VARCHAR", "Mart."),
            "source_id": ("VARCHAR", "Source that the mart rests on."),
            "sha256": ("VARCHAR", "Document of that source."),
            "rows": (
                "BIGINT",
                "Rows of the document that are known and verified on the as-of day and stand in "
                "the staging tables above the mart. Unit: count.",
            ),
            "raw_table": ("VARCHAR", "Table of the source that holds the rows."),
        },
    ),
    "table_terms": MetaTable(
        "One row per table of marts and bi: the terms of what its rows carry, and how many of them "
        "may be passed on. Figures may always be quoted with their attribution.",
        {
            "schema_name": ("VARCHAR", "Schema of the table: marts or bi."),
            "table_name": ("VARCHAR", "Table."),
            "carries": (
                "VARCHAR",
                "rows (of the sources that its rows name) or results (worked out by this project; "
                "no row of a source stands in it).",
            ),
            "source_ids": (
                "VARCHAR",
                "Sources: those that the rows name, or for results those that they rest on, "
                "comma-separated; null if none.",
            ),
            "redistribution": (
                "VARCHAR",
                "Strictest term of the publishers of these sources: allowed, facts_only or "
                "unknown. Who wants tables only whose every source allows it asks for allowed.",
            ),
            "may_be_passed_on": (
                "BOOLEAN",
                "Whether the table may be passed on as a whole; where not, see open_row_count.",
            ),
            "row_count": (
                "BIGINT",
                "Rows of the table. Unit: count; null for a view among the marts.",
            ),
            "open_row_count": (
                "BIGINT",
                "Rows that the open edition holds. Unit: count; null likewise.",
            ),
            "open_condition": ("VARCHAR", "SQL that is true for these rows."),
            "terms": ("VARCHAR", "Licences of the publishers; null where no source is known."),
            "attribution": ("VARCHAR", "Text to show beside the figures; null likewise."),
        },
    ),
    "table_publisher": MetaTable(
        "One row per table, source and publisher that stands behind it, with its terms.",
        {
            "schema_name": ("VARCHAR", "Schema of the table: marts or bi."),
            "table_name": ("VARCHAR", "Table."),
            "source_id": ("VARCHAR", "Source."),
            "publisher": ("VARCHAR", "Publisher of (a part of) that source."),
            "licence": ("VARCHAR", "Licence of the publisher."),
            "redistribution": ("VARCHAR", "allowed, facts_only or unknown."),
            "attribution": ("VARCHAR", "Text to show beside figures of the publisher."),
            "address": ("VARCHAR", "Address of the publisher; null where none is noted."),
        },
    ),
    "metric": MetaTable(
        "One row per metric of the semantic layer, in parts from which any tool can make SQL.",
        {
            "metric": ("VARCHAR", "Metric."),
            "label": ("VARCHAR", "Name in English."),
            "label_zh": ("VARCHAR", "Name in Chinese."),
            "description": ("VARCHAR", "What it is."),
            "unit": ("VARCHAR", "Unit of its value."),
            "kind": ("VARCHAR", "simple, or ratio (of two other metrics)."),
            "schema_name": ("VARCHAR", "Schema of its table; null for a ratio."),
            "table_name": ("VARCHAR", "Its table; null for a ratio."),
            "expression": ("VARCHAR", "Aggregate in SQL; null for a ratio."),
            "condition": ("VARCHAR", "Filter that always holds; null if none."),
            "time_column": ("VARCHAR", "Its time; null for a ratio."),
            "time_grain": ("VARCHAR", "day, month or quarter; null for a ratio."),
            "is_last_of_time": (
                "BOOLEAN",
                "Whether it is a level, which is told for the last time and never added over time.",
            ),
            "dimensions": (
                "VARCHAR",
                "Columns to split by, comma-separated; null for a ratio, which has those of both.",
            ),
            "numerator": ("VARCHAR", "Metric above the line; null unless a ratio."),
            "denominator": ("VARCHAR", "Metric below the line; null unless a ratio."),
            "never_add_over": (
                "VARCHAR",
                "Columns to split by or to keep one value of, comma-separated; null if none.",
            ),
        },
    ),
    "table_key": MetaTable(
        "One row per table of marts and bi with the columns that tell its rows apart.",
        {
            "schema_name": ("VARCHAR", "Schema of the table: marts or bi."),
            "table_name": ("VARCHAR", "Table."),
            "key_columns": ("VARCHAR", "Columns of the key, comma-separated."),
        },
    ),
    "table_join": MetaTable(
        "One row per column of marts and bi that leads to a dimension.",
        {
            "schema_name": ("VARCHAR", "Schema of the table: marts or bi."),
            "table_name": ("VARCHAR", "Table."),
            "column_name": ("VARCHAR", "Column that leads on."),
            "to_schema": ("VARCHAR", "Schema of the dimension."),
            "to_table": ("VARCHAR", "Dimension."),
            "to_column": ("VARCHAR", "Its key."),
            "is_complete": (
                "BOOLEAN",
                "Whether every value but null is found there; a left join keeps the others. Null "
                "for views and large tables, which were not looked at.",
            ),
        },
    ),
    "assumption": MetaTable(
        "One row per judgement of the balance model, as used by the build.",
        {
            "assumption_id": ("VARCHAR", "Assumption."),
            "parameter": ("VARCHAR", "What it sets."),
            "applies_to": (
                "VARCHAR",
                "Where it applies, column=value pairs split by semicolons; all without any.",
            ),
            "value_low": ("DOUBLE", "5 % point, in the row's unit."),
            "value_central": ("DOUBLE", "Central value, in the row's unit."),
            "value_high": ("DOUBLE", "95 % point, in the row's unit."),
            "unit": ("VARCHAR", "Unit of the three values."),
            "distribution": ("VARCHAR", "Scale of the fit."),
            "used_by": (
                "VARCHAR",
                "Sections of the method that read it; then its role where it drives no figure, and "
                "the sections in which it is a check only.",
            ),
            "reasoning": ("VARCHAR", "Why these values."),
            "evidence": ("VARCHAR", "What was read for it; null where it is judgement alone."),
            "confidence": ("VARCHAR", "reported, estimated, modelled or inferred."),
            "source_url": ("VARCHAR", "Address of the evidence; null if it is a table here."),
        },
    ),
    "policy_inbox": MetaTable(
        "One row per document of a rule-maker that was compared with the coded rules.",
        {
            "document_number": ("VARCHAR", "The rule-maker's number of the document."),
            "title": ("VARCHAR", "Title."),
            "published_on": ("DATE", "Day of publication."),
            "url": ("VARCHAR", "Address of the document."),
            "relevance": ("VARCHAR", "relevant, possible or not_relevant."),
            "reasons": ("VARCHAR", "Why it was classified so."),
            "review": ("VARCHAR", "Recorded decision; null while nobody has reviewed it."),
            "reviewed_on": ("DATE", "Day of the decision; null while there is none."),
            "policy_ids": ("VARCHAR", "Policies that code it; null if none."),
        },
    ),
    "quality_result": MetaTable(
        "One row per check that ran on the build.",
        {
            "check_name": ("VARCHAR", "Name of the check."),
            "table_name": ("VARCHAR", "Table that was checked."),
            "severity": ("VARCHAR", "error (blocks the release) or warning."),
            "passed": ("BOOLEAN", "Whether it held."),
            "observed": ("VARCHAR", "What was found; null where nothing more is to be said."),
            "run_id": ("VARCHAR", "Run that made the check."),
            "checked_at": ("TIMESTAMP", "Moment of the check (UTC)."),
            "kind": ("VARCHAR", "contract, dbt, expectation or freshness."),
            "message": ("VARCHAR", "What the check demands, in words."),
        },
    ),
    "run": MetaTable(
        "One row per stage of the run that made the release.",
        {
            "run_id": ("VARCHAR", "Run."),
            "as_of": ("DATE", "Day whose knowledge the build shows."),
            "stage": ("VARCHAR", "Stage: fetch, ingest, register, models, meta, audit, publish."),
            "started_at": ("TIMESTAMP", "Start of the stage (UTC)."),
            "seconds": ("DOUBLE", "Duration. Unit: seconds; null for the stage that writes this."),
            "peak_mib": ("DOUBLE", "Peak memory of the process so far. Unit: MiB."),
            "status": ("VARCHAR", "done or, for the stage that writes this, under_way."),
        },
    ),
    "run_history": MetaTable(
        "One row per run of the past weeks on the warehouse, this release's last (under_way).",
        {
            "run_id": ("VARCHAR", "Run."),
            "as_of": ("DATE", "Day whose knowledge the run was to show."),
            "started_at": ("TIMESTAMP", "Start of the run (UTC); null where it never began."),
            "ended_at": ("TIMESTAMP", "End of the run (UTC)."),
            "status": ("VARCHAR", "published, unchanged, built, failed; under_way for this one."),
            "release_id": ("VARCHAR", "Release that was published or found unchanged."),
            "seconds_fetch": ("DOUBLE", "Duration of fetching. Unit: seconds."),
            "seconds_ingest": ("DOUBLE", "Duration of loading. Unit: seconds."),
            "seconds_register": ("DOUBLE", "Duration of starting the build file. Unit: seconds."),
            "seconds_models": ("DOUBLE", "Duration of models and their tests. Unit: seconds."),
            "seconds_meta": ("DOUBLE", "Duration of filling schema meta. Unit: seconds."),
            "seconds_audit": ("DOUBLE", "Duration of the audit. Unit: seconds."),
            "seconds_publish": ("DOUBLE", "Duration of publishing. Unit: seconds."),
            "peak_mib": ("DOUBLE", "Peak memory of the process. Unit: MiB."),
            "rows": ("BIGINT", "Rows of all marts. Unit: none."),
            "checks_passed": ("BIGINT", "Checks that passed. Unit: none."),
            "checks_warned": ("BIGINT", "Checks that warned. Unit: none."),
            "checks_failed": ("BIGINT", "Checks that failed. Unit: none."),
            "answers_new": ("BIGINT", "Addresses with a new document. Unit: none."),
            "answers_unchanged": ("BIGINT", "Addresses without news. Unit: none."),
            "answers_failed": ("BIGINT", "Addresses that did not answer well. Unit: none."),
            "news": ("VARCHAR", "Sources with a new document, comma-separated; null if none."),
        },
    ),
    "release": MetaTable(
        "One row per release (exactly one row): what this file is.",
        {
            "release_id": ("VARCHAR", "Release."),
            "created_at": ("TIMESTAMP", "Moment of publication (UTC)."),
            "as_of": ("DATE", "Day whose knowledge the marts show."),
            "code_version": ("VARCHAR", "Version and hash of code, models and checks."),
            "contract_version": ("VARCHAR", "Version of the published contract (semantic)."),
            "content_hash": ("VARCHAR", "SHA-256 over all marts: columns in order, rows by key."),
            "uses_todays_judgements": (
                "BOOLEAN",
                "True for a build of an earlier day: reference lists, assumptions, scenarios and "
                "corrections are those of the day of building.",
            ),
            "empty_tables": (
                "VARCHAR",
                "Marts without rows because nothing was known yet, comma-separated; null if none.",
            ),
            "edition": (
                "VARCHAR",
                "full, or open: only what may be passed on, for anybody to republish.",
            ),
            "terms": ("VARCHAR", "On what terms this file may be passed on."),
            "citation": ("VARCHAR", "How to cite the release."),
        },
    ),
    "drift": MetaTable(
        "One row per change of an upstream that its contract does not know: what to mend where.",
        {
            "source_id": ("VARCHAR", "Source."),
            "table_name": ("VARCHAR", "Raw table; null where the whole address is meant."),
            "document": ("VARCHAR", "Name of the document in the contract."),
            "sha256": ("VARCHAR", "SHA-256 of the document that shows it."),
            "kind": (
                "VARCHAR",
                "rows_gone, rows_added, column_emptied, new_column, new_value (of a closed list) "
                "or stands_still (the same answer for too long).",
            ),
            "found": ("VARCHAR", "What was found."),
            "expected": ("VARCHAR", "What was expected, and which bound says so."),
            "mend": ("VARCHAR", "File to mend, within the sources."),
            "is_stopped": (
                "BOOLEAN",
                "Whether the document is out of use for it; the last good one is used.",
            ),
            "accepted_by": ("VARCHAR", "Who accepted the change; null if nobody did."),
            "accepted_at": ("TIMESTAMP", "Moment of that (UTC); null likewise."),
            "accepted_because": ("VARCHAR", "Reason given; null likewise."),
        },
    ),
    "correction": MetaTable(
        "One row per correction of a known upstream error that the build applied.",
        {
            "correction_id": ("VARCHAR", "Correction; unique within its source."),
            "source_id": ("VARCHAR", "Source."),
            "table_name": ("VARCHAR", "Raw table."),
            "row_key": ("VARCHAR", "Key of the row, as column=value pairs."),
            "field": ("VARCHAR", "Corrected field."),
            "value_found": ("VARCHAR", "What upstream shows; null for an empty cell."),
            "value_used": ("VARCHAR", "What is used instead; null if blanked or left out."),
            "action": ("VARCHAR", "replace, blank or leave_out."),
            "reason": ("VARCHAR", "Why."),
        },
    ),
    "quarantine": MetaTable(
        "One row per fault of a quarantined or left-out row.",
        {
            "source_id": ("VARCHAR", "Source."),
            "table_name": ("VARCHAR", "Raw table."),
            "document_sha256": ("VARCHAR", "Document that holds the row."),
            "document_row": (
                "BIGINT",
                "Place of the row within the document, from 1, bad rows counted. Unit: none.",
            ),
            "row_key": ("VARCHAR", "Key cells of the row, comma-separated."),
            "field": ("VARCHAR", "Field at fault; null if the line as a whole is."),
            "value": ("VARCHAR", "What was found there; null for an empty cell."),
            "reason": ("VARCHAR", "Why it was refused."),
            "kind": (
                "VARCHAR",
                "quarantined; waiting (for its day); unlabelled (nobody has settled its label); or "
                "left_out, by a correction or a label table.",
            ),
            "row_json": ("VARCHAR", "The whole row as found, long cells cut."),
        },
    ),
}
