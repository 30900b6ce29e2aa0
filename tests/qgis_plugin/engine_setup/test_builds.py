"""CPU or CUDA by what the machine has, as nvidia-smi was seen to say it."""

import pytest

from qgis_plugin.engine_setup.builds import Gpu, Reason, choose_build, offers_cuda, read_gpu

NEW = Gpu("NVIDIA H100", "580.65.06")
MIDDLE = Gpu("NVIDIA GeForce RTX 3060", "551.23")
OLD = Gpu("Quadro M4000", "470.256.02")
V = "2.13.0"


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


def _choose(wanted, system, gpu, *, offered=False):
    build = choose_build(V, wanted, system, gpu, cuda_builds_offered=offered)
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
            _choose("auto", "win32", MIDDLE, offered=True),
            *("cuda", Reason.GPU),
            (f"torch=={V}+cu128", f"torch=={V}+cu126"),
        ),
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
    build = choose_build(V, "cpu", "linux", None, cuda_builds_offered=False)
    assert build.most.disk_bytes > 4 * build.sizes.disk_bytes
    other = choose_build(V, "cpu", "win32", None, cuda_builds_offered=False)
    assert other.most == other.sizes


def test_wheels_tell_whether_there_is_a_cuda_build():
    assert offers_cuda(["numpy-2.4.6-x.whl", "torch-2.13.0+cu128-cp312-cp312-win_amd64.whl"])
    assert not offers_cuda(["torch-2.13.0+cpu-cp312-cp312-win_amd64.whl", "torchvision-0.28+cu128-x.whl"])
