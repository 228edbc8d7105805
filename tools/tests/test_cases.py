"""Files that were taken for others, refused though ordinary, or too dear: what is right for each.

The outputs are those of each file's own library; fixtures/make_cases.py stored them.
"""

import math
import os
import subprocess
import sys
import time
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from catalogue import FOLDER
from networks import CASES, case_inputs
from test_refusals import X, Y, message, node, tensor

from mlsched_tools import formats, mlw
from mlsched_tools.architecture import parse
from mlsched_tools.errors import ModelError
from mlsched_tools.export import main
from mlsched_tools.flow import evaluate
from mlsched_tools.source import FLOAT16, FLOAT32, INT16, ReadOptions

RIGHT = np.load(CASES / "right.npz")
WORDS = parse("relu,relu,relu,relu,sigmoid")
ORDER = ("fc_in", "fc_mid_one", "fc_mid_two", "fc_mid_three", "fc_out")


def first(**options: object) -> tuple[ReadOptions, int]:
    """How to read a file of which the first output means migrate."""
    return ReadOptions(**options), 0


def second(**options: object) -> tuple[ReadOptions, int]:
    return ReadOptions(**options), -1


EXACT = {
    "add_alpha.pt": second(),
    "sub_alpha.pt": second(),
    "bare.pt": second(),
    "matmul_t.pt": second(),
    "squeeze.pt": second(),
    "squeeze.script.onnx": second(),
    "squeeze.dynamo.onnx": second(),
    "squeeze_noaxes11.onnx": second(),
    "view.pt": second(),
    "flatten.pt": second(),
    "index.pt": second(),
    "index.script.onnx": second(),
    "index.dynamo.onnx": second(),
    "softmax_index.pt": second(),
    "two_sigmoids.pt": first(output=0),
    "activations.pt": second(),
    "activations.pt2": second(),
    "activations.script.onnx": second(),
    "activations.dynamo.onnx": second(),
    "activations.keras": second(),
    "activations.savedmodel": second(),
    "written.pt": second(),
    "written.script.onnx": second(),
    "written.dynamo.onnx": second(),
    "nested.keras2.h5": second(),
    "nested.keras3.h5": second(),
    # Keras writes the function's name alone, and computes its own relu when it reads that.
    "customfn_relu.keras": second(),
    "turned.savedmodel": second(),
    "turned.tflite": second(),
    "bn.sd.pt": second(architecture=parse("identity,relu,sigmoid")),
    "words.safetensors": second(architecture=WORDS, order=ORDER),
    "labels.skops": first(),
    "labels.map.onnx": first(),
    "labels.tensor.onnx": first(),
    "letters.skops": second(positive_class="b"),
    "letters.map.onnx": first(positive_class="a"),
    "letters.tensor.onnx": second(positive_class="b"),
    "multinom15.skops": second(),
    "cast_fp16.onnx": second(),
    "int16x8.tflite": second(),
}
BOUNDS = {"cast_fp16.onnx": FLOAT16, "int16x8.tflite": INT16}


@pytest.mark.parametrize("name", EXACT)
def test_a_case_computes_what_its_own_library_does(name):
    options, column = EXACT[name]
    source = formats.read(CASES / name, options)
    outputs = evaluate(source.flow.ops, case_inputs(source.flow.inputs).astype("<f8"))
    assert outputs.shape == (1000, 1)
    assert source.bound == BOUNDS.get(name, FLOAT32)
    assert np.abs(outputs[:, 0] - RIGHT[name][:, column]).max() <= source.bound
    assert np.ptp(outputs) > 0.005


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("div_floor.pt", {}, "torch.div() rounds its result: rounding_mode='floor'"),
        ("two_sigmoids.pt", {}, "has 2 outputs: say by --output-number"),
        ("two_sigmoids.pt", {"output": 2}, "--output-number 2: the model has outputs 0 to 1"),
        ("words.safetensors", {"architecture": WORDS}, "name them all, in order, by --order"),
        ("letters.skops", {}, "the classes are a, b: say by --positive-class"),
        ("letters.tensor.onnx", {}, "the classes are a, b: say by --positive-class"),
        ("letters.skops", {"positive_class": "c"}, "--positive-class c: the classes are a, b"),
        ("intcast.tflite", {}, "casts the network's value to or from an integer"),
        ("customclass_Dense.keras", {}, "layer dense_7 is my>Dense of a module of its own"),
        ("dropout_train.onnx", {}, "(Dropout) is in training mode"),
        ("qdq.onnx", {}, "(QuantizeLinear) quantises: export the model before"),
        ("expand.pt", {"architecture": parse(",".join(["relu"] * 16))}, "past 512 MiB of memory"),
    ],
)
def test_what_cannot_be_right_is_refused_by_place_and_remedy(name, options, complaint):
    with pytest.raises(ModelError) as caught:
        formats.read(CASES / name, ReadOptions(**options))
    assert complaint in str(caught.value)


def test_the_order_of_layers_is_printed(tmp_path, capsys):
    arguments = [str(CASES / "words.safetensors"), "-o", str(tmp_path / "m.mlw")]
    arguments += ["--architecture", "relu,relu,relu,relu,sigmoid", "--order", ",".join(ORDER)]
    assert main(arguments) == 0
    assert f"layers in this order: {', '.join(ORDER)}" in capsys.readouterr().out


def test_logits_become_a_probability_by_a_softmax(tmp_path):
    """A classifier that was trained on logits has no softmax of its own."""
    options = ReadOptions(output=1, softmax=True)
    rows = case_inputs(5).astype("<f8")
    (tmp_path / "m").write_bytes(two_logits())
    logits = evaluate(formats.read(tmp_path / "m", ReadOptions(library=True)).flow.ops, rows)
    source = formats.read(tmp_path / "m", options)
    expected = 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))
    assert np.abs(evaluate(source.flow.ops, rows)[:, 0] - expected).max() < 1e-12


def two_logits() -> bytes:
    weights = np.random.default_rng(4).normal(size=(5, 2)).astype("<f4")
    wide = (11, value_of_five("x"))
    graph = message((5, tensor("w", weights)), node("MatMul", "x w"), wide, Y)
    return message((1, 8), (7, graph))


def value_of_five(name: str) -> bytes:
    dims = message(*[(1, message((1, n))) for n in (1, 5)])
    return message((1, name), (2, message((1, message((1, 1), (2, dims))))))


def onnx_bomb() -> bytes:
    """A column and a row of 32,768 values whose sum is a square."""
    column, row = (np.ones(shape, "<f4") for shape in ((1 << 15, 1), (1, 1 << 15)))
    add = (1, message((1, "a"), (1, "b"), (2, "c"), (4, "Add")))
    graph = message(
        (5, tensor("a", column)), (5, tensor("b", row)), add, node("MatMul", "x c"), X, Y
    )
    return message((1, 8), (7, graph))


def onnx_outer() -> bytes:
    column, row = (np.ones(shape, "<f4") for shape in ((40_000, 1), (1, 40_000)))
    product = (1, message((1, "a"), (1, "b"), (2, "c"), (4, "MatMul")))
    graph = message(
        (5, tensor("a", column)), (5, tensor("b", row)), product, node("MatMul", "x c"), X, Y
    )
    return message((1, 8), (7, graph))


def onnx_again() -> bytes:
    """One weight of a million values, used 600 times."""
    square = (5, tensor("s", np.zeros((1024, 1024), "<f4")))
    names = ["x", *(f"h{n}" for n in range(600)), "y"]
    nodes = [(1, message((1, a), (1, "s"), (2, b), (4, "MatMul"))) for a, b in pairwise(names)]
    dims = message(*[(1, message((1, n))) for n in (1, 1024)])
    wide = (11, message((1, "x"), (2, message((1, message((1, 1), (2, dims)))))))
    return message((1, 8), (7, message(square, *nodes, wide, Y)))


def onnx_work() -> bytes:
    """Constants that are small and would take minutes to multiply."""
    square = (5, tensor("s", np.zeros((1500, 1500), "<f4")))
    nodes = [
        (1, message((1, f"c{n}"), (1, "s"), (2, f"c{n + 1}"), (4, "MatMul"))) for n in range(20)
    ]
    first = (1, message((1, "s"), (2, "c0"), (4, "Neg")))
    last = node("MatMul", "x c20")
    return message((1, 8), (7, message(square, first, *nodes, last, X, Y)))


def keras_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("config.json", "w") as member:
            for _ in range(100):
                member.write(b"[" * (4 << 20))
        archive.writestr("model.weights.h5", b"x")


def onnx_nodes() -> bytes:
    """Two million nodes of nothing."""
    return message((1, 8), (7, b"\x0a\x00" * 2_000_000 + message(X, Y)))


def pickle_of_lists() -> bytes:
    """Lists that each hold the one before twice."""
    data = b"\x80\x02]q\x00"
    for n in range(60):
        data += b"]q" + bytes([n + 1]) + b"(h" + bytes([n]) + b"h" + bytes([n]) + b"e"
    return data + b"."


BOMBS = {
    "a broadcast": onnx_bomb, "an outer product": onnx_outer, "one weight again": onnx_again,
    "a long product": onnx_work, "nodes": onnx_nodes,
}  # fmt: skip
LIMITED = """
import resource, sys, time
from mlsched_tools.export import main
start = time.process_time()
status = main(sys.argv[1:])
print(status, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measured(path: Path, repository: Path, *more: str) -> tuple[str, float, int]:
    """A refusal, the seconds of processor time and the KiB that it took."""
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), "-o", str(path.parent / "o.mlw"), *more],
        capture_output=True,
        text=True,
        cwd=repository / "tools",
        timeout=60,
    )
    status, seconds, memory = result.stdout.split()[-3:]
    assert status == "2", result.stdout
    return result.stderr, float(seconds), int(memory)


@pytest.mark.parametrize("name", [*BOMBS, "a configuration", "a stride of zero"])
def test_a_small_file_takes_little_memory_and_time(tmp_path, repository, name):
    path, more = tmp_path / "m", []
    if name == "a configuration":
        keras_bomb(path)
    elif name == "a stride of zero":
        path.write_bytes((CASES / "expand.pt").read_bytes())
        more = ["--architecture", ",".join(["relu"] * 16)]
    else:
        path.write_bytes(BOMBS[name]())
    error, seconds, memory = measured(path, repository, *more)
    remedies = ("--max-memory MIB allows more", "too long to compute", "more than 200000 fields")
    assert any(remedy in error for remedy in remedies)
    assert seconds < 5
    assert memory < 600 << 10


SCRIPT = "class M(Module):\n  def forward(self, x):\n"
TWICE = "  def f{0}(self, x):\n    a = (self).f{1}(x, )\n    return (self).f{1}(a, )\n"
UNFOLDING = {
    "a pickle": ({"a/data.pkl": pickle_of_lists()}, "unfolds to more than"),
    "calls": (
        {
            "a/data.pkl": b"\x80\x02c__torch__\nM\n)\x81}b.",
            "a/code/__torch__.py": (
                SCRIPT + "    return (self).f0(x, )\n"
                + "".join(TWICE.format(n, n + 1) for n in range(40))
                + "  def f40(self, x):\n" + "    b = x\n" * 5000 + "    return x\n"
            ).encode(),
        },
        "statements",
    ),
    "code": (
        {
            "a/data.pkl": b"\x80\x02c__torch__\nM\n)\x81}b.",
            "a/code/__torch__.py": (SCRIPT + "    y = x\n" * 800_000).encode(),
        },
        "--max-memory MIB allows more",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFOLDING)
def test_a_small_file_that_unfolds_without_end_is_refused(tmp_path, repository, name):
    members, complaint = UNFOLDING[name]
    with zipfile.ZipFile(tmp_path / "m", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    error, seconds, memory = measured(tmp_path / "m", repository)
    assert complaint in error
    assert seconds < 5
    assert memory < 600 << 10


def test_more_memory_may_be_allowed(tmp_path, capsys):
    path = tmp_path / "m"
    path.write_bytes(onnx_bomb())
    arguments = [str(path), "-o", str(tmp_path / "o.mlw"), "--max-memory"]
    assert main([*arguments, "64"]) == 2
    assert "past 64 MiB" in capsys.readouterr().err
    assert main([*arguments, "0"]) == 2
    assert "--max-memory 0: give 1 to" in capsys.readouterr().err


@pytest.mark.parametrize("device", ["/dev/zero", "fifo"])
def test_a_pipe_or_device_is_refused_at_once(tmp_path, capsys, device):
    path = Path(device)
    if device == "fifo":
        path = tmp_path / "fifo"
        os.mkfifo(path)
    start = time.monotonic()
    for arguments in ([str(path)], [str(FOLDER / "plain.npz"), "--architecture", str(path)]):
        assert main([*arguments, "-o", str(tmp_path / "m.mlw")]) == 2
    assert capsys.readouterr().err.count("is not a regular file") == 2
    assert time.monotonic() - start < 5


def test_more_inputs_than_the_scheduler_s_need_names(tmp_path, capsys):
    weights = np.ones((1, 83), "<f4")
    with (tmp_path / "m").open("wb") as file:
        np.savez(file, **{"0.weight": weights, "activations": np.array(["sigmoid"])})
    arguments = [str(tmp_path / "m"), "-o", str(tmp_path / "m.mlw")]
    assert main(arguments) == 2
    assert (
        "has 83 inputs, more than the scheduler's 10: say by --features" in capsys.readouterr().err
    )
    assert main([*arguments, "--features", "cpu,zero*82"]) == 0


def test_an_embedder_gets_every_output_and_any_names(tmp_path):
    """Thirty inputs by names of their own, and a softmax over four classes."""
    random = np.random.default_rng(6)
    arrays = {"fc1.weight": random.normal(size=(16, 30)), "fc2.weight": random.normal(size=(4, 16))}
    arrays = {name: values.astype("<f4") / 4 for name, values in arrays.items()}
    with (tmp_path / "m").open("wb") as file:
        np.savez(file, **arrays, activations=np.array(["gelu", "softmax"]))
    names = [f"sensor_{n}" for n in range(30)]
    arguments = [str(tmp_path / "m"), "-o", str(tmp_path / "m.mlw"), "--for", "library"]
    assert main([*arguments, "--features", ",".join(names)]) == 0
    model = mlw.read(tmp_path / "m.mlw")
    assert [feature.name for feature in model.features] == names
    rows = random.normal(size=(50, 30)).astype("<f4")
    hidden = rows @ arrays["fc1.weight"].T
    gelu = np.vectorize(lambda x: x * math.erfc(-x / math.sqrt(2)) / 2)(hidden)
    powers = np.exp(gelu @ arrays["fc2.weight"].T)
    expected = powers / powers.sum(axis=1, keepdims=True)
    assert np.abs(model.evaluate(rows) - expected).max() < 2e-6
    assert main(arguments) == 0
    assert mlw.read(tmp_path / "m.mlw").features[29].name == "input_29"


def test_a_name_that_no_file_can_hold_is_refused(tmp_path, capsys):
    arguments = [str(CASES / "two_sigmoids.pt"), "-o", str(tmp_path / "m.mlw"), "--for", "library"]
    assert main([*arguments, "--features", "Speed,b,c,d,e"]) == 2
    assert "'Speed' is no name of up to 24" in capsys.readouterr().err


def test_inputs_that_get_zeros_unasked_are_warned_of(tmp_path, capsys):
    arguments = [str(CASES / "squeeze_noaxes11.onnx"), "-o", str(tmp_path / "m.mlw")]
    warning = "warning: the last 3 inputs of 8 get zeros: --features says what feeds each"
    assert main(arguments) == 0
    assert warning in capsys.readouterr().err
    names = "cpu,cpu_idle,cpu_not_idle,src_dom_load,dst_dom_load,zero*3"
    assert main([*arguments, "--features", names]) == 0
    assert warning not in capsys.readouterr().err


def test_the_activations_that_are_proposed_leave_none_before_a_normalisation(tmp_path, capsys):
    assert main([str(CASES / "bn.sd.pt"), "-o", str(tmp_path / "m.mlw")]) == 2
    assert "such as identity,relu,sigmoid" in capsys.readouterr().err
