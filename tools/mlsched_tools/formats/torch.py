"""PyTorch zip files: state dicts and TorchScript, read without running anything in them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..guards import MAX_PARAMETERS, Archive
from ..pickles import Call, Global, Persistent, load
from ..source import ReadOptions, Source
from . import tensors, torchscript
from .safetensors import from_bfloat16

STORAGES = {
    "FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2", "BFloat16Storage": "u2",
    "LongStorage": "i8", "IntStorage": "i4", "ShortStorage": "i2", "CharStorage": "i1",
    "ByteStorage": "u1", "BoolStorage": "?",
}  # fmt: skip
FLOATS = {"FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage"}
REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2"
REBUILD_PARAMETER = "torch._utils._rebuild_parameter"
ORDERED_DICT = "collections.OrderedDict"
MAX_AXES = 32
# A list that holds another one twice, which holds a third one twice, … is small in the file.
MAX_VALUES = 1 << 18
# Keys under which training scripts keep the state dict among other things.
STATE_KEYS = ("state_dict", "model_state_dict", "model", "module", "net")


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a TorchScript module by its code, or a state dict by --architecture."""
    archive = Archive(path)
    root = next(n.split("/")[0] for n in archive.names if n.split("/")[1:] == ["data.pkl"])
    reader = _Reader(archive, root)
    value = reader.convert(load(archive.read(f"{root}/data.pkl")), 0)
    if isinstance(value, torchscript.Module):
        flow = torchscript.evaluate(value, reader.code, reader.constants())
        return Source("TorchScript", flow, tuple(reader.notes))
    arrays = _state(value)
    chain = tensors.chain(arrays, options)
    notes = (*reader.notes, *chain.notes)
    return Source("PyTorch state dict", chain.flow, notes, order=chain.order)


def _state(value: Any) -> dict[str, NDArray]:  # noqa: ANN401
    """The state dict, wherever the file keeps it."""
    if isinstance(value, dict):
        for key in STATE_KEYS:
            if isinstance(value.get(key), dict):
                return _state(value[key])
        arrays = {str(k): v for k, v in value.items() if isinstance(v, np.ndarray)}
        if arrays and len(arrays) == len(value):
            return arrays
        found = ", ".join(str(key) for key in list(value)[:5])
        raise ModelError(f"the file holds no state dict, but {found or 'nothing'}")
    raise ModelError("the file holds no state dict: save model.state_dict() or TorchScript")


class _Reader:
    """Turns what a pickle describes into arrays, dicts and TorchScript modules."""

    def __init__(self, archive: Archive, root: str) -> None:
        self._archive = archive
        self._root = root
        # By identity; the call is kept too, for another one could get its place in memory.
        self._done: dict[int, tuple[Call, Any]] = {}
        self._storages: dict[str, NDArray] = {}
        self._converted = 0
        self.notes: dict[str, None] = {}
        order = f"{root}/byteorder"
        stored = archive.read(order) if order in archive.names else b"little"
        if stored not in (b"little", b"big"):
            raise ModelError(f"the byte order {stored[:16]!r} is unknown")
        self._big = stored == b"big"

    def code(self, module: str) -> str:
        """TorchScript source of a module such as `__torch__.torch.nn.modules.linear`."""
        data = self._archive.read(f"{self._root}/code/{module.replace('.', '/')}.py")
        return data.decode("utf-8", "replace")

    def constants(self) -> list[Any]:
        """Tensors that the code calls CONSTANTS.c0, c1, …."""
        name = f"{self._root}/constants.pkl"
        if name not in self._archive.names:
            return []
        value = self.convert(load(self._archive.read(name)), 0, "constants")
        return list(value) if isinstance(value, tuple | list) else []

    def convert(self, value: Any, depth: int, folder: str = "data") -> Any:  # noqa: ANN401
        """A value without descriptions of calls in it."""
        if depth > 64:
            raise ModelError("the pickle is nested more than 64 deep")
        self._converted += 1
        if self._converted > MAX_VALUES:
            raise ModelError(f"the pickle unfolds to more than {MAX_VALUES} values")
        if isinstance(value, Call):
            if id(value) not in self._done:
                self._done[id(value)] = (value, self._called(value, depth, folder))
            return self._done[id(value)][1]
        if isinstance(value, dict):
            return {k: self.convert(v, depth + 1, folder) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.convert(v, depth + 1, folder) for v in value)
        return value

    def _called(self, call: Call, depth: int, folder: str) -> Any:  # noqa: ANN401
        name = call.function.name if isinstance(call.function, Global) else "an unnamed function"
        if name == ORDERED_DICT:
            return self.convert(call.state or {}, depth + 1, folder)
        if name == REBUILD_TENSOR:
            return self._tensor(call.arguments, folder)
        if name == REBUILD_PARAMETER:
            return self.convert(call.arguments[0], depth + 1, folder)
        if name.startswith("__torch__."):
            attributes = self.convert(call.state, depth + 1, folder)
            if not isinstance(attributes, dict):
                raise ModelError(f"the module {name} has no attributes")
            return torchscript.Module(name, attributes)
        raise ModelError(
            f"the file would run {name} when loaded: save model.state_dict() or TorchScript instead"
        )

    def _tensor(self, arguments: tuple, folder: str) -> NDArray:
        """A strided view of a storage, bounds checked."""
        try:
            storage, offset, shape, strides = arguments[:4]
            _, kind, key, *_ = storage.key
            values = self._storage(kind.name.rpartition(".")[2], f"{folder}/{key}")
        except (AttributeError, TypeError, ValueError):
            raise ModelError("the pickle describes a tensor that it does not hold") from None
        if not isinstance(storage, Persistent):
            raise ModelError("the pickle describes a tensor that it does not hold")
        return strided(values, offset, shape, strides)

    def _storage(self, kind: str, name: str) -> NDArray:
        if kind not in STORAGES:
            raise ModelError(f"a tensor is stored as {kind}, which is not a plain number")
        if name not in self._storages:
            data = self._archive.read(f"{self._root}/{name}")
            dtype = np.dtype(STORAGES[kind]).newbyteorder(">" if self._big else "<")
            if len(data) % dtype.itemsize:
                raise ModelError(f"the storage {name} has {len(data)} bytes")
            values = np.frombuffer(data, dtype)
            if kind == "BFloat16Storage":
                values = from_bfloat16(values.astype("<u2"))
            if kind in FLOATS and kind != "FloatStorage":
                self.notes[f"weights converted from {kind.removesuffix('Storage')} to float32"] = (
                    None
                )
            self._storages[name] = values
        return self._storages[name]


def strided(values: NDArray, offset: Any, shape: Any, strides: Any) -> NDArray:  # noqa: ANN401
    """A view of a storage in the shape and with the strides that a file says, bounds checked.

    A stride of 0 lets few bytes stand for many values, so the view is not copied here.

    Raises:
        ModelError: When it would reach outside of the storage.
    """
    sizes = isinstance(shape, tuple) and isinstance(strides, tuple)
    if not sizes or len(shape) != len(strides) or len(shape) > MAX_AXES:
        raise ModelError("a tensor is described that the file does not hold")
    if not all(isinstance(n, int) and 0 <= n < 1 << 40 for n in (offset, *shape, *strides)):
        raise ModelError("a tensor has a shape or strides that are no sizes")
    count = math.prod(shape)
    if count > MAX_PARAMETERS:
        raise ModelError(f"a tensor promises the shape {shape}")
    if not count:
        return np.empty(shape)
    if offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) >= len(values):
        raise ModelError(f"a tensor of shape {shape} ends outside of its storage")
    steps = tuple(stride * values.itemsize for stride in strides)
    return np.lib.stride_tricks.as_strided(values[offset:], shape, steps, writeable=False)
