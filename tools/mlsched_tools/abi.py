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
    Line("footprint", "log2 KiB", 0, 40, 8, "Resident memory of its process; 0: the kernel's"),
    Line("waited", "log2 us", 0, 40, 8, "How long it has waited in a queue by now"),
    Line("weight", "log2", 0, 15, 8, "Its weight; 6.6 is nice 0, and each nice level a third"),
    Line("src_wait", "log2 us", 0, 40, 8, "Wait to expect in the domain it would leave"),
    Line("dst_wait", "log2 us", 0, 40, 8, "Wait to expect in the domain it would enter"),
)
PATTERN_FEATURES = 5
LOAD_LEVELS = 11
FALLBACK_MARGIN_IDLE = 1
FALLBACK_MARGIN = 2
