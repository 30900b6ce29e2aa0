import pytest
import torch

from engine.errors import DeviceError
from engine.networks.device import choose_device


def test_the_processor_is_always_there() -> None:
    device = choose_device("cpu")
    assert device.torch_device.type == "cpu"
    assert f"{torch.get_num_threads()} thread" in device.description


@pytest.mark.parametrize(
    ("instruction", "dtype"),
    [("amx_bf16", torch.bfloat16), ("avx512_bf16", torch.bfloat16), ("avx2", torch.float32)],
)
def test_bfloat16_is_used_where_the_processor_has_it(
    instruction: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {instruction: True})
    device = choose_device("cpu")
    assert device.dtype == dtype
    assert device.description.endswith(str(dtype).removeprefix("torch."))


def test_auto_takes_the_gpu_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device().torch_device.type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H200")
    device = choose_device()
    assert device.torch_device.type == "cuda"
    assert device.description == "NVIDIA H200, bfloat16"


def test_an_absent_gpu_is_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="--device cpu"):
        choose_device("cuda")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(DeviceError, match="auto, cpu or cuda"):
        choose_device("tpu")
