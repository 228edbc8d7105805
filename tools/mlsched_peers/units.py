"""Numbers in as many digits as a person reads."""


def short(value: float) -> str:
    """Three digits, with commas in thousands."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def time(nanoseconds: float) -> str:
    """A time in its unit."""
    for unit, size in (("ns", 1), ("µs", 1e3), ("ms", 1e6)):
        # 999.6 ns would be written as 1,000 ns.
        if nanoseconds < 999.5 * size:
            return f"{short(nanoseconds / size)} {unit}"
    return f"{short(nanoseconds / 1e9)} s"


def percent(share: float) -> str:
    """A share as a whole percentage, a small one with a tenth."""
    return f"{100 * share:.0f} %" if abs(share) >= 0.0995 else f"{100 * share:.1f} %"
