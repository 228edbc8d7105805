"""Pickles of scikit-learn estimators, which only a user's explicit trust lets run."""

import io
import pickle
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..guards import read_file
from ..source import ReadOptions, Source
from . import sklearn

LEGACY_TORCH = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"


def read(path: Path, options: ReadOptions) -> Source:
    """Unpickles a network or pipeline if the user trusts the file."""
    data = read_file(path)
    if LEGACY_TORCH in data[:16]:
        raise ModelError("it is a PyTorch file of before 1.6: save it again with a newer PyTorch")
    if not options.trust_pickle:
        raise ModelError(
            "it is a pickle, which runs any code when loaded: store the model with skops, or give "
            "--trust-pickle if you trust its origin"
        )
    flow, number = sklearn.build(_Object(_load(data)), options)
    return Source("scikit-learn pickle", flow, ("weights converted to float32",), output=number)


def _load(data: bytes) -> Any:  # noqa: ANN401
    try:
        try:
            import joblib

            return joblib.load(io.BytesIO(data))
        except ImportError:
            return pickle.loads(data)  # the user trusts the file
    except ImportError as error:
        raise ModelError(f"the pickle needs {error.name}: pip install {error.name}") from None
    except Exception as error:  # unpickling raises whatever the file makes it raise
        raise ModelError(f"the pickle is damaged ({type(error).__name__})") from None


class _Object:
    """A live estimator."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401
        self._value = value

    @property
    def kind(self) -> str:
        return sklearn.kind(type(self._value).__module__, type(self._value).__name__)

    def get(self, name: str) -> Any:  # noqa: ANN401
        value = getattr(self._value, name, None)
        if name == "steps":
            return [(n, s if isinstance(s, str | None) else _Object(s)) for n, s in value]
        return value
