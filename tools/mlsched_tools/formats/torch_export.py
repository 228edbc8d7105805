"""PyTorch's `.pt2` files: a program by torch.export, as JSON beside the bytes of its weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..flow import Flow
from ..guards import MAX_NODES, Archive, parse_json
from ..source import ReadOptions, Source
from .safetensors import from_bfloat16
from .torch import strided
from .torch_functions import Input, operate

ATEN = "torch.ops.aten."
# Numbers of torch._export.serde.schema.ScalarType, which counts from 1 what PyTorch counts from 0.
TYPES = {4: "<i4", 5: "<i8", 6: "<f2", 7: "<f4", 8: "<f8", 13: "<u2"}
HALVES = {6: "float16", 8: "float64", 13: "bfloat16"}
BFLOAT16 = 13
PLAIN = ("as_int", "as_float", "as_bool", "as_string", "as_ints", "as_floats", "as_bools")


def read(path: Path, options: ReadOptions) -> Source:
    """Reads the one model of an archive, by its operators."""
    archive = Archive(path)
    models = [name for name in archive.names if name.split("/")[1:-1] == ["models"]]
    if len(models) != 1:
        raise ModelError(f"the file holds {len(models)} models: expected one")
    program = parse_json(archive.read(models[0]), models[0])
    reader = _Reader(archive, models[0].split("/")[0])
    return Source("PyTorch export", reader.run(program["graph_module"]), tuple(reader.notes))


class _Reader:
    """Evaluates the nodes of an exported graph in order."""

    def __init__(self, archive: Archive, root: str) -> None:
        self._archive = archive
        self._root = root
        self._values: dict[str, Any] = {}
        self.notes: dict[str, None] = {}

    def run(self, module: dict) -> Flow:
        nodes = module["graph"]["nodes"]
        if len(nodes) > MAX_NODES:
            raise ModelError(f"the graph has {len(nodes)} nodes, more than {MAX_NODES}")
        self._inputs(module["signature"]["input_specs"])
        for node in nodes:
            self._node(node)
        outputs = module["signature"]["output_specs"]
        if len(outputs) != 1 or set(outputs[0]) != {"user_output"}:
            raise ModelError(f"the program has {len(outputs)} outputs, or changes what it holds")
        result = self._value(outputs[0]["user_output"]["arg"])
        if not isinstance(result, Flow):
            raise ModelError("the program's output does not depend on its input")
        return result

    def _inputs(self, specs: list[dict]) -> None:
        """Names of weights, constants and the one input."""
        stored = self._config("weights") | self._config("constants")
        inputs = 0
        for spec in specs:
            ((kind, entry),) = spec.items()
            if kind == "user_input":
                inputs += 1
                self._values[entry["arg"]["as_tensor"]["name"]] = Input()
            elif kind in ("parameter", "buffer", "tensor_constant"):
                name = entry[f"{kind}_name"]
                self._values[entry["arg"]["name"]] = self._tensor(*stored[name], name)
            else:
                raise ModelError(f"the program takes a {kind}: expected one tensor")
        if inputs != 1:
            raise ModelError(f"the program has {inputs} inputs: expected one")

    def _config(self, kind: str) -> dict[str, tuple[str, dict]]:
        """Where each tensor of a kind lies, and what is known of it."""
        folder = f"{self._root}/data/{kind}"
        names = [n for n in self._archive.names if n.startswith(f"{folder}/") and ".json" in n]
        found: dict[str, tuple[str, dict]] = {}
        for name in names:
            for tensor, entry in parse_json(self._archive.read(name), name)["config"].items():
                found[tensor] = f"{folder}/{entry['path_name']}", entry
        return found

    def _tensor(self, path: str, entry: dict, name: str) -> NDArray:
        meta = entry["tensor_meta"]
        kind = meta["dtype"]
        if kind not in TYPES or entry.get("use_pickle"):
            raise ModelError(f"tensor {name!r} is stored in a way that is not known")
        values = np.frombuffer(self._archive.read(path), TYPES[kind])
        if kind in HALVES:
            self.notes[f"weights converted from {HALVES[kind]} to float32"] = None
        if kind == BFLOAT16:
            values = from_bfloat16(values)
        offset, *sizes = (n["as_int"] for n in (meta["storage_offset"], *meta["sizes"]))
        return strided(values, offset, tuple(sizes), tuple(n["as_int"] for n in meta["strides"]))

    def _node(self, node: dict) -> None:
        target, outputs = node["target"], node["outputs"]
        if target == "torch.ops.aten.sym_size.int":
            name = outputs[0]["as_sym_int"]["as_name"]
        elif len(outputs) == 1 and "as_tensor" in outputs[0]:
            name = outputs[0]["as_tensor"]["name"]
        elif not outputs:
            return  # an assertion about sizes
        else:
            raise ModelError(f"{target} gives more than one tensor")
        if not target.startswith(ATEN):
            raise ModelError(f"{target} is a function that a chain of dense layers cannot hold")
        operator = target.removeprefix(ATEN).split(".")[0].removeprefix("sym_")
        arguments = {item["name"]: self._value(item["arg"]) for item in node["inputs"]}
        self._values[name] = operate(f"torch.{operator}", [], arguments)

    def _value(self, argument: dict) -> Any:  # noqa: ANN401
        ((kind, value),) = argument.items()
        if kind in PLAIN:
            return value
        if kind == "as_none":
            return None
        if kind == "as_tensor":
            return self._values[value["name"]]
        if kind == "as_sym_int":
            return self._size(value)
        if kind == "as_sym_ints":
            return [self._size(size) for size in value]
        if kind == "as_scalar_type":
            return value - 1
        raise ModelError(f"the program has an argument {json.dumps(argument)[:60]}")

    def _size(self, size: dict) -> Any:  # noqa: ANN401
        return size["as_int"] if "as_int" in size else self._values[size["as_name"]]
