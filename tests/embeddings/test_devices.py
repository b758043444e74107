"""Which device is taken, and what it computes in: torch is played by an object that has what is asked of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from embeddings.devices import Device, DeviceChoice, available_devices, chosen_device, natural_precision
from embeddings.encoder import Precision
from embeddings.errors import DeviceNotFoundError


def fake_torch(
    *devices: str, capability: tuple[int, int] = (9, 0), processor: dict[str, bool] | None = None
) -> SimpleNamespace:
    """A torch that was built for such devices, on a processor with such capabilities; ``None`` is an old torch."""
    return SimpleNamespace(
        __version__="2.13.0",
        cuda=SimpleNamespace(is_available=lambda: "cuda" in devices, get_device_capability=lambda: capability),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: "mps" in devices)),
        cpu=SimpleNamespace() if processor is None else SimpleNamespace(get_capabilities=lambda: processor),
    )


@pytest.mark.parametrize(
    ("there", "taken"), [((), "cpu"), (("cuda",), "cuda"), (("mps",), "mps"), (("cuda", "mps"), "cuda")]
)
def test_auto_takes_an_accelerator_where_there_is_one(there: tuple[str, ...], taken: Device) -> None:
    assert chosen_device("auto", fake_torch(*there)) == taken


@pytest.mark.parametrize("wanted", ["cpu", "cuda", "mps"])
def test_what_is_there_can_be_asked_for(wanted: DeviceChoice) -> None:
    assert chosen_device(wanted, fake_torch("cuda", "mps")) == wanted


@pytest.mark.parametrize(("wanted", "there"), [("cuda", ()), ("mps", ("cuda",)), ("cuda", ("mps",))])
def test_what_is_not_there_is_an_error_that_says_what_is(wanted: DeviceChoice, there: tuple[str, ...]) -> None:
    with pytest.raises(DeviceNotFoundError) as caught:
        chosen_device(wanted, fake_torch(*there))
    assert (caught.value.wanted, caught.value.there, caught.value.version) == (wanted, (*there, "cpu"), "2.13.0")


@pytest.mark.parametrize(
    ("device", "torch", "precision"),
    [
        ("cpu", fake_torch(processor={"amx_bf16": True}), "bfloat16"),
        ("cpu", fake_torch(processor={"avx512_bf16": True}), "bfloat16"),
        ("cpu", fake_torch(processor={"avx2": True, "amx_bf16": False}), "float32"),
        ("cpu", fake_torch(), "float32"),
        ("cuda", fake_torch("cuda", capability=(8, 0)), "bfloat16"),
        ("cuda", fake_torch("cuda", capability=(7, 5), processor={"amx_bf16": True}), "float32"),
        ("mps", fake_torch("mps", processor={"amx_bf16": True}), "float32"),
    ],
)
def test_bfloat16_is_taken_where_the_device_computes_in_it(
    device: Device, torch: SimpleNamespace, precision: Precision
) -> None:
    assert natural_precision(torch, device) == precision


@pytest.mark.slow
def test_the_library_has_what_is_asked_of_it() -> None:
    import torch

    devices = available_devices(torch)
    assert devices[-1] == "cpu"
    assert natural_precision(torch, devices[0]) in {"float32", "bfloat16"}
