"""Which build of PyTorch a machine gets: CPU or CUDA, by its graphics driver, and how large it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Optional

VARIANTS = ("auto", "cpu", "cuda")

_CUDA_BUILDS = ((580, ("cu130", "cu128", "cu126")), (525, ("cu128", "cu126")))
"""Least driver, and the builds that run with it, best first. CUDA 12 runs with any driver of its time."""

_LEAST_DRIVER_OF_DEFAULT = 580
"""The default build for Linux brings CUDA 13."""

_GB = 1_000_000_000


class Reason(Enum):
    """Why a variant was chosen."""

    ASKED = "asked"
    NO_GPU = "no GPU"
    OLD_DRIVER = "old driver"
    NO_BUILD = "no build"
    """A GPU is there, but no CUDA build is offered: on Windows, without an index of builds."""
    GPU = "GPU"


@dataclass(frozen=True)
class Gpu:
    """A graphics card of NVIDIA.

    Attributes:
        name: Of the card.
        driver: Version of its driver, such as "550.54.14".
    """

    name: str
    driver: str

    @property
    def major(self) -> int:
        """First number of the driver's version; 0 where it has none."""
        match = re.match(r"\d+", self.driver)
        return int(match.group()) if match else 0


@dataclass(frozen=True)
class Sizes:
    """What a variant costs.

    Attributes:
        download_bytes: About, from nothing.
        disk_bytes: About, once installed.
    """

    download_bytes: int
    disk_bytes: int


@dataclass(frozen=True)
class Offer:
    """Which builds of torch may be found.

    Attributes:
        cuda: Those that are named after CUDA, in an index or a folder that the user named.
        default: The one that package indexes have for the system.
    """

    cuda: bool = False
    default: bool = True


@dataclass(frozen=True)
class Build:
    """The choice.

    Attributes:
        variant: "cpu" or "cuda".
        reason: Why.
        requirements: Of torch, as pip reads them; the first that is offered is taken.
        sizes: If the first one is.
        most: If the last one is.
    """

    variant: str
    reason: Reason
    requirements: tuple[str, ...]
    sizes: Sizes
    most: Sizes


GPU_QUERY = ("--query-gpu=name,driver_version", "--format=csv,noheader")
"""Arguments for nvidia-smi."""


def read_gpu(answer: str) -> Optional[Gpu]:
    """Read the first card of what nvidia-smi answers to ``GPU_QUERY``; None where there is none.

    >>> read_gpu("NVIDIA RTX A2000, 550.54.14")
    Gpu(name='NVIDIA RTX A2000', driver='550.54.14')
    """
    for line in answer.splitlines():
        name, comma, driver = line.rpartition(",")
        if comma and re.match(r"\s*\d+\.\d", driver):
            return Gpu(name.strip(), driver.strip())
    return None


def _cuda_builds(system: str, version: str, driver: int) -> tuple[str, ...]:
    fitting = next((builds for least, builds in _CUDA_BUILDS if driver >= least), ())
    named = tuple(f"torch=={version}+{build}" for build in fitting)
    # Three signs: a wheel of another build lying at hand is not taken for it.
    default = (f"torch==={version}",) if system == "linux" and driver >= _LEAST_DRIVER_OF_DEFAULT else ()
    return named + default


def choose_build(version: str, wanted: str, system: str, gpu: Optional[Gpu], offer: Offer) -> Build:
    """Choose between CPU and CUDA.

    Args:
        version: Of torch.
        wanted: One of ``VARIANTS``.
        system: ``sys.platform``.
        gpu: What the machine has.
        offer: What there is to choose from.
    """
    driver = gpu.major if gpu else 0
    if wanted == "cuda":
        # Asked for without a card, for another machine say: all builds come into question.
        named = _cuda_builds(system, version, driver or _LEAST_DRIVER_OF_DEFAULT)
        return _build("cuda", Reason.ASKED, named, system)
    if wanted == "auto" and gpu is not None and system != "darwin":
        named = _cuda_builds(system, version, driver)
        default = f"torch==={version}" in named
        if named and (offer.cuda or (default and offer.default)):
            return _build("cuda", Reason.GPU, named, system)
        reason = Reason.NO_BUILD if named else Reason.OLD_DRIVER
    else:
        reason = Reason.ASKED if wanted == "cpu" else Reason.NO_GPU
    # Only Linux's default build is not the one for CPU.
    small = (f"torch=={version}+cpu",) if system == "linux" else ()
    return _build("cpu", reason, (*small, f"torch=={version}"), system)


_CPU = Sizes(int(0.4 * _GB), int(1.4 * _GB))
_CUDA = Sizes(3 * _GB, 7 * _GB)


def _build(variant: str, reason: Reason, requirements: tuple[str, ...], system: str) -> Build:
    first = _CPU if variant == "cpu" else _CUDA
    last = _CUDA if system == "linux" else first
    return Build(variant, reason, requirements, first, last)


def offer_of(wheels: Iterable[str]) -> Offer:
    """Tell by the names of wheels which builds of torch are among them."""
    names = list(wheels)
    cuda = any(re.match(r"torch-[^-]+\+cu\d+-", name) for name in names)
    return Offer(cuda=cuda, default=any(re.match(r"torch-[^-+]+-", name) for name in names))
