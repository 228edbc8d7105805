"""A peer in a process of its own, driven by lines over a pipe; c/driver.c and child.py answer."""

import os
import select
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .errors import PeerError
from .network import TOLERANCE, Network

# A library may load for seconds and compile for each batch.
ANSWER_SECONDS = 120
# They choose OpenBLAS's kernels by hand, see `mlsched bench --help`.
FORCING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def clean_environment(core: str | None = None) -> dict[str, str]:
    """The environment of every process that is measured: one thread, and no forced kernels.

    Args:
        core: Forces OpenBLAS to the kernels of this core type, in whoever has one.
    """
    environment = {name: value for name, value in os.environ.items() if name not in FORCING}
    environment |= dict.fromkeys(ONE_THREAD, "1")
    if core is not None:
        environment["OPENBLAS_CORETYPE"] = core
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment


class Session:
    """One peer, from its start to its end.

    Attributes:
        name: What results call it.
        version: What the peer says of itself.
        ways: The way that was found fastest, by batch, for peers that have several.
        error: The largest difference from the reference in any batch that was checked.
    """

    def __init__(self, name: str, command: list[str], cpu: int, core: str | None = None) -> None:
        """Starts the process on one CPU and waits until the network is loaded.

        Raises:
            PeerError: When it does not start.
        """
        self.name = name
        self.ways: dict[int, str] = {}
        self.error = 0.0
        self._rest = b""
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 # closed with the process
        environment: Mapping[str, str] = clean_environment(core)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            env=environment,
            bufsize=0,
            preexec_fn=lambda: os.sched_setaffinity(0, {cpu}),
        )
        try:
            self.version = self._answer().removeprefix("ready").strip()
        except PeerError:
            self.close()
            raise

    def check(self, network: Network, batch: int) -> None:
        """Has a batch evaluated and compares every output with the float64 reference.

        Raises:
            PeerError: When one is further away than the tolerance.
        """
        with tempfile.NamedTemporaryFile(prefix="mlsched-outputs-") as file:
            answer = self._ask(f"run {batch} {file.name}")
            outputs = np.fromfile(file.name, "<f4")  # (batch,)
        if len(outputs) != batch:
            raise PeerError(f"it gives {len(outputs)} outputs for {batch} rows")
        error = network.error(outputs)
        if error > TOLERANCE:
            raise PeerError(
                f"its outputs for a batch of {batch} are up to {error:.3g} from the reference, "
                f"more than {TOLERANCE:g}"
            )
        self.error = max(self.error, error)
        self.ways[batch] = answer.removeprefix("ok").strip()

    def measure(self, batch: int, nanoseconds: int) -> float:
        """Time of a call, ns.

        Raises:
            PeerError: When the process gives none.
        """
        answer = self._ask(f"measure {batch} {nanoseconds}")
        try:
            return float(answer)
        except ValueError:
            raise PeerError(f"it answers {answer!r} where a time belongs") from None

    def close(self) -> None:
        """Ends the process."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._noise.close()

    def _ask(self, request: str) -> str:
        try:
            self._process.stdin.write(f"{request}\n".encode())
        except OSError:
            raise PeerError(self._last_words()) from None
        return self._answer()

    def _answer(self) -> str:
        end = time.monotonic() + ANSWER_SECONDS
        while b"\n" not in self._rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                self._process.kill()
                raise PeerError(f"it has not answered for {ANSWER_SECONDS} s")
            data = os.read(self._process.stdout.fileno(), 1 << 16)
            if not data:
                raise PeerError(self._last_words())
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        text = line.decode(errors="replace")
        if text.startswith("error "):
            raise PeerError(text.removeprefix("error "))
        return text

    def _last_words(self) -> str:
        status = self._process.wait()
        self._noise.seek(0)
        lines = self._noise.read().decode(errors="replace").strip().splitlines()
        return f"it ended with status {status}: {lines[-1] if lines else 'it said nothing'}"
