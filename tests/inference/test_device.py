"""Where the networks run."""

import pytest
import torch
from torch import nn

from inference.device import channels_last, choose_device
from inference.errors import InferenceError


@pytest.mark.parametrize("precision,dtype", [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_the_cpu_runs_in_either_precision(precision: str, dtype: torch.dtype) -> None:
    device = choose_device("cpu", precision)
    assert (device.torch.type, device.dtype) == ("cpu", dtype)
    assert device.label.endswith(f" x{torch.get_num_threads()}/{precision}")


def test_auto_is_a_device_and_precision_of_this_machine() -> None:
    device = choose_device()
    assert device.torch.type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert device.label.split(":")[0] == device.torch.type


@pytest.mark.parametrize("name,precision", [("abacus", "auto"), ("meta", "auto"), ("", "auto"), ("cpu", "fp8")])
def test_what_is_not_there_is_refused_in_words(name: str, precision: str) -> None:
    with pytest.raises(InferenceError, match="Use auto"):
        choose_device(name, precision)


def test_a_device_by_its_number_is_that_one_or_refused() -> None:
    """On a machine with CUDA devices what there is beyond the last, on one without what there is at all."""
    count = torch.cuda.device_count()
    for number in range(count):
        assert choose_device(f"cuda:{number}").torch == torch.device(f"cuda:{number}")
    missing = [f"cuda:{count}"] if count else ["cuda", "cuda:1"]
    for name in missing:
        with pytest.raises(InferenceError, match="Use one of cuda:0" if count else "--device cpu"):
            choose_device(name)


def test_channels_last_moves_weights_and_keeps_their_values() -> None:
    layer = nn.Conv2d(3, 4, 3)
    before = layer.weight.detach().clone()
    assert channels_last(layer) is layer
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(layer.weight, before)
    assert channels_last(layer, dtype=torch.bfloat16).weight.dtype == torch.bfloat16
