"""Face recognisers as ONNX files: real networks, made small."""

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper


def recogniser(numbers: int = 64, side: int = 112, flat: bool = False) -> bytes:
    """Averages of 8 x 8 px patches through one matrix; ``flat`` gives the same for every picture."""
    features = 3 * (side // 8) ** 2
    matrix = np.random.default_rng(1).normal(0, 1, (features, numbers)).astype(np.float32)
    bias = np.zeros(numbers, np.float32)
    if flat:
        matrix, bias = np.zeros_like(matrix), np.ones_like(bias)
    nodes = [
        helper.make_node("AveragePool", ["picture"], ["patches"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["patches"], ["row"]),
        helper.make_node("Gemm", ["row", "matrix", "bias"], ["embedding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "recogniser",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, numbers])],
        [numpy_helper.from_array(matrix, "matrix"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    checker.check_model(model)
    return bytes(model.SerializeToString())
