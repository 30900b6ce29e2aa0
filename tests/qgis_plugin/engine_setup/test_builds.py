"""CPU or CUDA by what the machine has, as nvidia-smi was seen to say it."""

import pytest

from qgis_plugin.engine_setup.builds import Gpu, Offer, Reason, choose_build, offer_of, read_gpu

NEW = Gpu("NVIDIA H100", "580.65.06")
MIDDLE = Gpu("NVIDIA GeForce RTX 3060", "551.23")
OLD = Gpu("Quadro M4000", "470.256.02")
V = "2.13.0"
INDEX = Offer()


@pytest.mark.parametrize(
    ("said", "gpu"),
    [
        ("NVIDIA GeForce RTX 3060, 551.23\nNVIDIA T400, 551.23\n", MIDDLE),
        ("Quadro M4000, 470.256.02", OLD),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", None),
        ("No devices were found", None),
        ("", None),
    ],
)
def test_the_first_card_is_read(said, gpu):
    assert read_gpu(said) == gpu


def _choose(wanted, system, gpu, offer=INDEX):
    build = choose_build(V, wanted, system, gpu, offer)
    return build.variant, build.reason, build.requirements


CPU_LINUX = (f"torch=={V}+cpu", f"torch=={V}")
CPU = (f"torch=={V}",)


@pytest.mark.parametrize(
    ("chosen", "variant", "reason", "requirements"),
    [
        (_choose("auto", "linux", None), "cpu", Reason.NO_GPU, CPU_LINUX),
        (_choose("cpu", "linux", NEW), "cpu", Reason.ASKED, CPU_LINUX),
        (_choose("auto", "linux", OLD), "cpu", Reason.OLD_DRIVER, CPU_LINUX),
        (_choose("auto", "linux", MIDDLE), "cpu", Reason.NO_BUILD, CPU_LINUX),
        (_choose("auto", "win32", NEW), "cpu", Reason.NO_BUILD, CPU),
        (_choose("auto", "darwin", None), "cpu", Reason.NO_GPU, CPU),
        (
            _choose("auto", "linux", NEW),
            *("cuda", Reason.GPU),
            (f"torch=={V}+cu130", f"torch=={V}+cu128", f"torch=={V}+cu126", f"torch==={V}"),
        ),
        (
            _choose("auto", "win32", MIDDLE, Offer(cuda=True)),
            *("cuda", Reason.GPU),
            (f"torch=={V}+cu128", f"torch=={V}+cu126"),
        ),
        (_choose("auto", "linux", NEW, Offer(default=False)), "cpu", Reason.NO_BUILD, CPU_LINUX),
        (
            _choose("cuda", "win32", None),
            *("cuda", Reason.ASKED),
            (f"torch=={V}+cu130", f"torch=={V}+cu128", f"torch=={V}+cu126"),
        ),
    ],
)
def test_the_build_follows_system_card_and_wish(chosen, variant, reason, requirements):
    assert chosen == (variant, reason, requirements)


def test_linux_says_what_the_default_build_would_cost():
    build = choose_build(V, "cpu", "linux", None, INDEX)
    assert build.most.disk_bytes > 4 * build.sizes.disk_bytes
    other = choose_build(V, "cpu", "win32", None, INDEX)
    assert other.most == other.sizes


@pytest.mark.parametrize(
    ("name", "offer"),
    [
        ("torch-2.13.0+cu128-cp312-cp312-win_amd64.whl", Offer(cuda=True, default=False)),
        ("torch-2.13.0-cp312-cp312-manylinux_2_28_x86_64.whl", Offer(cuda=False, default=True)),
        ("torch-2.13.0+cpu-cp312-cp312-win_amd64.whl", Offer(cuda=False, default=False)),
        ("torchvision-0.28.0+cu128-cp312-cp312-win_amd64.whl", Offer(cuda=False, default=False)),
    ],
)
def test_wheels_tell_which_builds_there_are(name, offer):
    assert offer_of(["numpy-2.4.6-cp312-cp312-win_amd64.whl", name]) == offer
