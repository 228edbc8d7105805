"""What bpf/mlsched.h says; written by tools/abi."""

from typing import NamedTuple


class Line(NamedTuple):
    """A feature: name, unit, range in it, fixed-point shift and meaning."""

    name: str
    unit: str
    lowest: float
    highest: float
    shift: int
    meaning: str


FEATURES = (
    Line("cpu", "index", 0, 1023, 0, "CPU on which the task last ran"),
    Line("cpu_idle", "CPUs", 0, 1024, 0, "CPUs that are idle"),
    Line("cpu_not_idle", "CPUs", 0, 1024, 0, "CPUs that are not; with the idle ones 1 to 1024"),
    Line("src_dom_load", "0-1", 0, 1, 16, "Load of the domain it would leave"),
    Line("dst_dom_load", "0-1", 0, 1, 16, "Load of the domain it would enter"),
)
PATTERN_FEATURES = 5
LOAD_LEVELS = 11
FALLBACK_MARGIN_IDLE = 1
FALLBACK_MARGIN = 2
