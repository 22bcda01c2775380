"""The cost of an accelerator-hour computed again from the raw rows that a trace leads to."""

from math import exp, log
from statistics import fmean

from pipelines.answers.trace import Trace
from tests.end_to_end.traced import list_cells


def get_chip_price(found: Trace, figure: str, ids: str, overhead: float) -> float:
    """Return the geometric mean of the prices cited, which must be exactly those of the ids."""
    prices = {}
    for cells in list_cells(found, figure, "hardware_prices"):
        assert cells["unit"] in ("chip", "8_gpu_module", "8_gpu_server")
        prices[cells["price_id"]] = (
            cells["price_central_usd"]
            if cells["unit"] == "chip"
            else cells["price_central_usd"] / 8 / overhead
        )
    for cells in list_cells(found, figure, "assumptions"):
        prices[cells["assumption_id"]] = cells["value_central"]
    assert ",".join(sorted(prices)) == ids
    return exp(fmean(log(usd) for usd in prices.values()))


def compute_costs(found: Trace, prefix: str, price_ids: str, market: str) -> dict[str, float]:
    """Compute the central cost again; each input that is cited is taken, and no other.

    Inputs that a figure does not need (those of capital and building for a payback) may be left
    out, and so may what is computed from them.
    """
    cited = {}
    for name in ("assumptions", "power tariff", "chip power"):
        for cells in list_cells(found, f"{prefix}{name}", "assumptions"):
            parameter = cells["parameter"].removesuffix("_us").removesuffix("_cn")
            assert parameter not in cited
            cited[parameter] = cells["value_central"]
    overhead, paid = cited.pop("server_overhead"), cited.pop("paid_utilisation")
    hours = 365 * 24 * paid
    chip = get_chip_price(found, f"{prefix}chip price", price_ids, overhead)
    # China pays more for what is only priced abroad
    has_premium = found.row["region_id"] == "CN" and market == "abroad"
    premium = cited.pop("cn_hardware_premium") if has_premium else 1
    hardware = chip * premium * overhead * (1 + cited.pop("network_share"))
    sheets = list_cells(found, f"{prefix}chip power", "chip_specs")
    if sheets:
        (sheet,) = sheets
        assert sheet["chip_id"] == found.row["chip_id"]
        power_kw = sheet["tdp_w"] * cited.pop("it_power_tdp_multiple") / 1000
    else:
        power_kw = cited.pop("it_power_per_chip") / 1000
    costs = {
        "paid_utilisation": paid,
        "chip_usd": chip,
        "hardware_usd": hardware,
        "power_usd": power_kw * cited.pop("pue") * cited.pop("power_price") / paid,
        "operations_usd": cited.pop("operations_share") * hardware / hours,
    }
    if cited:
        rate = cited.pop("cost_of_capital")
        life = cited.pop("useful_life")
        written_off = 1 - cited.pop("residual_share") * (1 + rate) ** -life
        annuity = rate / (1 - (1 + rate) ** -life)
        costs["capital_usd"] = hardware * written_off * annuity / hours
        annuity = rate / (1 - (1 + rate) ** -cited.pop("building_life"))
        per_kw = cited.pop("building_usd_per_it_mw") / 1000 * cited.pop("building_cost_factor", 1)
        costs["building_usd"] = power_kw * per_kw * annuity / hours
    assert cited == {}
    return costs
