"""mlsched itself, measured by its own benchmark in its turn."""

import json
import subprocess
from pathlib import Path

from .errors import PeerError
from .lines import Result
from .session import clean_environment

SECTIONS_SECONDS = 600


class Ours:
    """The program, on one CPU, with one model."""

    def __init__(self, program: Path, model: Path, cpu: int, core: str | None = None) -> None:
        self._environment = clean_environment(core)
        self._command = [str(program), "bench", "--json", "--model", str(model), "--cpu", str(cpu)]

    def measure(self, batch: int) -> dict[str, Result]:
        """A run of one batch size: the results of mlsched, its kernels and the C beside it.

        Raises:
            PeerError: When the program fails.
        """
        options = ["--only", "inference", "--batch", str(batch), "--rounds", "1"]
        return {str(result["subject"]): result for result in self._run(options)}

    def everything(self) -> list[Result]:
        """A whole run of the benchmark.

        Raises:
            PeerError: When the program fails.
        """
        return self._run([], warnings=True)

    def _run(self, options: list[str], *, warnings: bool = False) -> list[Result]:
        try:
            done = subprocess.run(
                [*self._command, *options],
                stdout=subprocess.PIPE,
                stderr=None if warnings else subprocess.PIPE,
                text=True,
                env=self._environment,
                timeout=SECTIONS_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PeerError(f"mlsched bench does not run: {error}") from None
        if done.returncode != 0:
            last = ((done.stderr or "").strip().splitlines() or ["it said nothing"])[-1]
            raise PeerError(f"mlsched bench ended with status {done.returncode}: {last}")
        return [json.loads(line) for line in done.stdout.splitlines()]
