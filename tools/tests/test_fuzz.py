"""Random models: equal to what their own library computes, or refused.

Makers whose library is missing are skipped. 15 s for each maker, an hour with --long.
"""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from fuzz import by_onnx
from fuzz.case import judge

SECONDS, LONG_SECONDS = 15, 3600
NEEDED = {
    "torch": ("torch", "onnx", "onnxscript", "onnxruntime"),
    "keras": ("keras", "tensorflow", "h5py"),
    "sklearn": ("sklearn", "skl2onnx", "skops"),
    "onnx": (),
}


@pytest.mark.parametrize("maker", NEEDED)
def test_a_random_model_is_exported_exactly_or_refused(maker, repository, request):
    missing = [name for name in NEEDED[maker] if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is missing")
    seconds = LONG_SECONDS if request.config.getoption("--long") else SECONDS
    command = [sys.executable, "-m", "tests.fuzz", maker, "--seconds", str(seconds)]
    result = subprocess.run(command, cwd=repository / "tools", capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    counts = result.stdout.splitlines()[-1]
    assert " equal" in counts
    assert " refused" in counts


def test_the_fuzzer_sees_a_model_that_computes_something_else(tmp_path):
    random = np.random.default_rng(1)
    case = next(c for c in iter(lambda: by_onnx.make(random, tmp_path), 0) if c and c.known)
    assert judge(case) == "equal"
    wrong = type(case)(case.path, case.options, case.inputs, case.outputs + 1e-4, True, "")
    assert judge(wrong).startswith("FAULT: off by")
    case.path.write_bytes(b"\x08\x08")
    assert judge(case).startswith("FAULT: refused")
