"""Where a model computes: the processor or an accelerator, and what that means for precision and batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from embeddings.encoder import Precision
from embeddings.errors import DeviceNotFoundError

Device = Literal["cpu", "cuda", "mps"]
"""As torch calls them: the processor, a GPU of NVIDIA or AMD, a GPU of Apple."""

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]
"""``auto`` takes an accelerator where torch has one."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Texts in a batch: as many as have ``characters`` together, at least ``smallest`` and at most ``largest``."""

    characters: int
    smallest: int
    largest: int


# Measured with all-MiniLM-L6-v2 in float32 on two AVX2 cores, documents per CPU-second in fixed batches of 8 / 16 / 32
# / 64: 29.6 / 26.0 / 23.6 / 20.8, since larger ones leave the cache. Batches of about 2,000 tokens are as fast as 8,
# and half as many: in every batch the threads wait for each other, which is costly when other programs share the cores.
_CPU: Final = BatchLimits(characters=8192, smallest=8, largest=64)
# Not measured: an accelerator idles in batches that suit a processor, and 128 abstracts fill the window of a small
# model with less than 1 GB of activations.
_ACCELERATOR: Final = BatchLimits(characters=262_144, smallest=32, largest=512)
BATCHES: Final[Mapping[Device, BatchLimits]] = {"cpu": _CPU, "cuda": _ACCELERATOR, "mps": _ACCELERATOR}
"""What a batch may hold on each device."""


def chosen_device(wanted: DeviceChoice, torch: Any) -> Device:
    """The device to compute on: the one wanted; for ``auto`` an accelerator where there is one, else the processor.

    ``torch`` is the library, which only adapters import. Raises DeviceNotFoundError when the one wanted is not there.
    """
    there = available_devices(torch)
    if wanted == "auto":
        return there[0]
    if wanted not in there:
        raise DeviceNotFoundError(wanted, there, str(torch.__version__))
    return wanted


def available_devices(torch: Any) -> tuple[Device, ...]:
    """The devices that torch can compute on here, the one to prefer first; the processor is always the last."""
    accelerators: tuple[tuple[Device, Any], ...] = (("cuda", torch.cuda), ("mps", torch.backends.mps))
    return (*(device for device, library in accelerators if library.is_available()), "cpu")


def natural_precision(torch: Any, device: Device) -> Precision:
    """bfloat16 where the device computes in it, else float32.

    A processor does with AMX or AVX512-BF16, a CUDA device from compute capability 8.0 on; elsewhere bfloat16 is
    emulated, slower and less exact. ``torch`` is the library, which only adapters import.
    """
    if device == "cuda":
        return "bfloat16" if torch.cuda.get_device_capability() >= (8, 0) else "float32"
    # A torch that cannot tell is old: float32 is right everywhere.
    if device == "mps" or not hasattr(torch.cpu, "get_capabilities"):
        return "float32"
    capabilities = torch.cpu.get_capabilities()
    return "bfloat16" if capabilities.get("amx_bf16") or capabilities.get("avx512_bf16") else "float32"
