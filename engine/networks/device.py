"""The processor that networks run on, and the precision that suits it."""

from dataclasses import dataclass

import torch

from engine.errors import DeviceError


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run.

    Attributes:
        torch_device: What tensors are moved to.
        dtype: Type of weights and features: bfloat16 where the processor multiplies it faster.
        description: For people: "CPU, 2 threads, bfloat16".
    """

    torch_device: torch.device
    dtype: torch.dtype
    description: str


def _cpu() -> Device:
    able = torch.cpu.get_capabilities()
    # Without such instructions bfloat16 is emulated, slower than float32.
    fast = bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    dtype = torch.bfloat16 if fast else torch.float32
    threads = torch.get_num_threads()
    return Device(
        torch.device("cpu"), dtype, f"CPU, {threads} thread{'s' * (threads != 1)}, {_name_of(dtype)}"
    )


def _cuda() -> Device:
    if not torch.cuda.is_available():
        why = "PyTorch sees no NVIDIA GPU: check its driver with nvidia-smi"
        if torch.version.cuda is None:
            why = f"PyTorch {torch.__version__} is a build without it: install a CUDA build"
        raise DeviceError(f"The device cuda was asked for, but {why}, or use --device cpu.")
    # Emulation on older GPUs costs more than it saves.
    fast = torch.cuda.is_bf16_supported(including_emulation=False)
    dtype = torch.bfloat16 if fast else torch.float32
    return Device(torch.device("cuda"), dtype, f"{torch.cuda.get_device_name()}, {_name_of(dtype)}")


def _name_of(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def choose_device(name: str = "auto") -> Device:
    """Choose a processor by name.

    Args:
        name: "cpu", "cuda", or "auto" for a GPU where there is one.

    Raises:
        DeviceError: There is no such device here.
    """
    if name == "auto":
        return _cuda() if torch.cuda.is_available() else _cpu()
    if name == "cpu":
        return _cpu()
    if name == "cuda":
        return _cuda()
    raise DeviceError(f"There is no device {name!r}: use auto, cpu or cuda.")


def release_memory() -> None:
    """Give memory of a GPU that no tensor uses back to other programs."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
