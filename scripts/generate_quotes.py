"""Write synthetic rental quotes in the format of the source `rental_quotes`, as many as asked for.

Every day repeats the same offers, as daily snapshots of a catalogue do; a price stands still for
some weeks and then moves. Nothing is random: the same arguments give the same bytes. Chips and
providers are real ids of the reference lists, so that all checks of the contract pass; `--bad`
spoils every n-th row.
"""

import argparse
from datetime import date
from pathlib import Path

import duckdb

FIRST_DAY = date(2022, 1, 1)
CHIPS = ("nvidia-a100-80gb", "nvidia-h100-sxm", "nvidia-h200", "nvidia-b200", "nvidia-l40s")
PROVIDERS = (("aws", "hyperscaler"), ("gcp", "hyperscaler"), ("lambda", "neocloud"),
             ("runpod", "neocloud"), ("vast-ai", "marketplace"))  # fmt: skip
COMMITMENTS = ("on_demand", "spot", "reserved_1y")
COUNTRIES = ("US", "DE", "JP", "SG")


def generate_quotes(
    path: Path, rows: int, offers_per_day: int = 10_000, first_day: int = 0, bad_every: int = 0
) -> None:
    """Write a CSV file of quotes.

    Args:
        path: the file to write.
        rows: how many quotes.
        offers_per_day: how many of them make up one day.
        first_day: number of the first day after 2022-01-01, to write later days alone.
        bad_every: every how many rows one has a negative price; 0 for none.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("set threads = 2")
    connection.execute(
        f"copy ({write_query(rows, offers_per_day, first_day, bad_every)}) "
        f"to '{path}' (format csv, header true)"
    )
    connection.close()


def write_query(rows: int, offers_per_day: int, first_day: int, bad_every: int) -> str:
    """Return the query that makes the quotes, one row per offer and day."""
    bad = f"(i + 1) % {bad_every} = 0" if bad_every else "false"
    return f"""
        with quotes as (
            select
                range as i,
                range % {offers_per_day} as offer,
                range // {offers_per_day} + {first_day} as day
            from range({rows})
        ),

        -- a price is drawn anew every 40 to 79 days, each offer on its own days
        drawn as (
            select
                *,
                {list(CHIPS)}[1 + offer % {len(CHIPS)}] as chip,
                {[list(pair) for pair in PROVIDERS]}[1 + offer // 5 % {len(PROVIDERS)}] as provider,
                {list(COMMITMENTS)}[1 + offer // 25 % {len(COMMITMENTS)}] as commitment,
                {list(COUNTRIES)}[1 + offer // 75 % {len(COUNTRIES)}] as country,
                (hash(offer, (day + offer * 7) // (40 + offer % 40)) % 1000) / 1000.0 as draw,
                date '{FIRST_DAY}' + day::integer as observed_on
            from quotes
        )

        select
            format('q-{{}}-s{{}}', strftime(observed_on, '%Y%m%d'), offer) as quote_id,
            observed_on,
            provider[1] as provider,
            provider[2] as provider_type,
            country,
            format('region-{{}}', offer // 300 % 20) as region,
            format('plan-{{}}', offer // 6000) as instance_type,
            chip as chip_id,
            8 as gpus,
            case
                when {bad} then -1
                else round((1 + offer % 5) * (0.7 + 0.5 * draw), 4)
            end as price_per_gpu_hour,
            'USD' as currency,
            commitment,
            'hour' as billing_unit,
            true as includes_host,
            null as span_start,
            'generator' as source_publisher,
            'Synthetic quotes' as source_title,
            'urn:synthetic:' || provider[1] as source_url,
            observed_on as published_on,
            observed_on as accessed_on,
            'reported' as confidence,
            case when commitment = 'spot' then 'price of an interruptible machine' end as note
        from drawn
    """


def generate_catalogue(path: Path, offers: int, day: int) -> None:
    """Write one day's file of a provider in the format of the SkyPilot catalogue.

    Args:
        path: the file to write.
        offers: how many plans and places; each has a price on demand and one of spot capacity.
        day: number of the day after 2022-01-01; prices move as in `generate_quotes`.
    """
    connection = duckdb.connect(":memory:")
    connection.execute(
        f"""
        copy (
            with drawn as (
                select
                    range as offer,
                    (hash(range, ({day} + range * 7) // (40 + range % 40)) % 1000) / 1000.0 as draw
                from range({offers})
            )
            select
                format('plan-{{}}', offer % 50) as "InstanceType",
                ['A100', 'A100-80GB', 'H100', 'L4', 'V100'][1 + offer % 5] as "AcceleratorName",
                8.0 as "AcceleratorCount",
                96.0 as "vCPUs",
                1024.0 as "MemoryGiB",
                null as "GpuInfo",
                round(8 * (1 + offer % 5) * (0.7 + 0.5 * draw), 4) as "Price",
                round(3 * (1 + offer % 5) * (0.7 + 0.5 * draw), 4) as "SpotPrice",
                format('region-{{}}', offer // 50) as "Region",
                format('zone-{{}}', offer) as "AvailabilityZone"
            from drawn
        ) to '{path}' (format csv, header true)
        """
    )
    connection.close()


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--offers-per-day", type=int, default=10_000)
    parser.add_argument("--first-day", type=int, default=0)
    parser.add_argument("--bad", type=int, default=0, metavar="N", help="spoil every n-th row")
    parser.add_argument(
        "--catalogue", action="store_true", help="one day in the format of the SkyPilot catalogue"
    )
    arguments = parser.parse_args()
    if arguments.catalogue:
        generate_catalogue(arguments.path, arguments.offers_per_day, arguments.first_day)
        return
    generate_quotes(
        arguments.path,
        arguments.rows,
        arguments.offers_per_day,
        arguments.first_day,
        arguments.bad,
    )


if __name__ == "__main__":
    main()
