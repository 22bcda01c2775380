"""Working a figure of the balance out again, by hand and from the rows of `explain` alone."""

from pipelines.answers.balance import BalanceAnswer


def multiply_out(answer: BalanceAnswer, section: str, start: float | None = None) -> float:
    """Follow the steps of a section from its start, or from an amount, to its last value."""
    amount = start
    for step in answer.steps:
        if step["section"] != section:
            continue
        match step["operation"]:
            case "start":
                amount = step["value"] if step["operand"] is None else step["operand"]
            case "times":
                amount *= step["operand"]
            case "plus":
                amount += step["operand"]
            case "minus":
                amount -= step["operand"]
    return amount


def read_value(answer: BalanceAnswer, section: str, step: str) -> float:
    """Return the value of one step."""
    return next(
        row["value"] for row in answer.steps if (row["section"], row["step"]) == (section, step)
    )


def work_out_supply(answer: BalanceAnswer) -> float:
    """Return usable or offered compute times the share that the allocation leaves."""
    usable = multiply_out(answer, "supply")
    share = read_value(answer, "allocation", "supply_share")
    return usable * share / read_value(answer, "allocation", "suitable_share")


def work_out_part(part: dict, access: str) -> float:
    """Return what one owner's chips of one origin come to, from deployed on."""
    amount = part["deployed_h100e"] * part["powered_share"]
    if part["training_grade_h100e"] is not None:
        amount = part["training_grade_h100e"]
    for name in ("large_cluster_share", "utilisation_ratio", "goodput_share", "software_ratio",
                 "occupancy_share"):  # fmt: skip
        amount *= 1 if part[name] is None else part[name]
    return amount * (part["merchant_share"] if access == "merchant" else 1)


def sum_regions(answer: BalanceAnswer, side: str) -> float:
    """Return the world's supply or demand as the sum of the regions that the walk names."""
    parts = [row["operand"] for row in answer.steps if row["step"].startswith(f"{side}_")]
    assert len(parts) <= 3
    return sum(parts)
