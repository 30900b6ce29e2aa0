"""A set-up of the engine as QGIS's settings want it, and what is said of it in the user's language."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtNetwork import QNetworkProxy

from .engine_client.environment import engine_root, plugin_version, qgis_folders
from .engine_client.errors import EngineMissing
from .engine_setup.builds import Reason, Sizes
from .engine_setup.folders import State
from .engine_setup.pip_environment import Proxy, scrubbed
from .engine_setup.plan import Order, Plan
from .engine_setup.progress import Advance, Step
from .settings import TORCH_INDEX, read_setting
from .shared_engine import engine_folder, find_interpreter
from .translation import tr


def qgis_proxy() -> Proxy:
    """Return the proxy that QGIS's network settings name, with the login they hold. On the main thread."""
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    kinds = QNetworkProxy.ProxyType
    if proxy.type() in (kinds.NoProxy, kinds.DefaultProxy) or not proxy.hostName():
        return Proxy()
    return Proxy(
        proxy.hostName(),
        proxy.port(),
        proxy.user(),
        proxy.password(),
        socks=proxy.type() == kinds.Socks5Proxy,
        excluded=(*manager.excludeList(), *manager.noProxyList()),
    )


def make_order(
    *, folder: str = "", variant: str = "auto", wheels: str = "", index: str = "", python: str = ""
) -> Order:
    """Return what the user wants, by parameters and else by QGIS's settings. On the main thread.

    Args:
        folder: For environments; "" = that of the settings, or the usual one.
        variant: "auto", "cpu" or "cuda".
        wheels: Folder to install from; "" = from the package index.
        index: Of PyTorch builds; "" = that of the settings, if any.
        python: Interpreter to build on; "" = the first that fits.
    """
    return Order(
        folder=Path(folder).expanduser() if folder else engine_folder(),
        variant=variant,
        wheels=Path(wheels).expanduser() if wheels else None,
        index=index or str(read_setting(TORCH_INDEX, "")).strip(),
        python=python,
        proxy=qgis_proxy(),
        inside_qgis=tuple(qgis_folders(os.environ)),
        version=plugin_version(engine_root()),
    )


def other_interpreter_in_words(folder: Path) -> str:
    """Say so where QGIS runs the engine with an interpreter from elsewhere; "" = it does not."""
    try:
        used = find_interpreter()
    except EngineMissing:
        return ""
    if used.is_relative_to(folder):
        return ""
    return tr("QGIS runs the engine with {python}, which PLUMBLINE_PYTHON or a setting names.").format(
        python=used
    )


def size_in_words(size_bytes: float) -> str:
    """Return a size in MB, or in GB from one on, with two digits.

    >>> size_in_words(1_400_000_000), size_in_words(70_123_000_000), size_in_words(3e9)
    ('1.4 GB', '70 GB', '3 GB')
    """
    if size_bytes < 1e9:
        return f"{size_bytes / 1e6:.0f} MB"
    size_gb = round(size_bytes / 1e9, 1 if size_bytes < 1e10 else 0)
    return f"{size_gb:g} GB"


def state_in_words(state: State) -> str:
    """Say what a folder holds."""
    return {
        State.ABSENT: tr("The engine is not installed yet."),
        State.BROKEN: tr("A set-up was interrupted: the next one continues it."),
        State.OUTDATED: tr("The engine is of another version of Plumbline and needs an update."),
        State.READY: tr("The engine is installed."),
    }[state]


def build_in_words(plan: Plan) -> str:
    """Say which build of PyTorch is chosen, and why."""
    gpu = f"{plan.gpu.name} ({tr('driver')} {plan.gpu.driver})" if plan.gpu else ""
    reason = {
        Reason.ASKED: tr("as you chose"),
        Reason.NO_GPU: tr("no NVIDIA graphics card was found"),
        Reason.OLD_DRIVER: tr("the graphics driver is too old for CUDA: {gpu}").format(gpu=gpu),
        Reason.NO_BUILD: tr("for {gpu}, name an index of PyTorch builds for CUDA").format(gpu=gpu),
        Reason.GPU: gpu,
    }[plan.build.reason]
    return f"{'CUDA' if plan.build.variant == 'cuda' else 'CPU'} ({reason})"


def _cost_in_words(sizes: Sizes) -> str:
    return tr("about {download} to download, {disk} on disk").format(
        download=size_in_words(sizes.download_bytes), disk=size_in_words(sizes.disk_bytes)
    )


def size_of_plan_in_words(plan: Plan) -> str:
    """Say what a set-up costs, and what it costs at most."""
    free = tr("{free} are free").format(free=size_in_words(plan.free_bytes))
    said = f"{_cost_in_words(plan.build.sizes)} ({free})"
    if plan.build.most == plan.build.sizes:
        return said
    most = tr("Where no CPU build is offered, Linux's default one with CUDA is taken: {cost}")
    return said + "\n" + most.format(cost=_cost_in_words(plan.build.most))


def source_in_words(order: Order) -> str:
    """Say where packages come from."""
    if order.wheels is not None:
        return tr("the folder {folder}, without network").format(folder=order.wheels)
    said = tr("the package index that pip is set to")
    if order.index:
        said += ", " + tr("and {index}").format(index=scrubbed(order.index))
    if order.proxy.host:
        said += ", " + tr("through QGIS's proxy {host}").format(host=order.proxy.host)
    return said


def packages_in_words(order: Order) -> str:
    """List what is installed, with versions."""
    return ", ".join(f"{pin.name} {pin.version}" for pin in order.pins)


def python_in_words(plan: Plan) -> str:
    """Say which interpreter makes the environment."""
    return f"{'.'.join(map(str, plan.interpreter.version))} ({plan.interpreter.executable})"


def plan_rows(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return what would happen as pairs of a heading and a text."""
    return (
        (tr("Folder"), str(plan.environment)),
        (tr("Size"), size_of_plan_in_words(plan)),
        ("PyTorch", build_in_words(plan)),
        ("Python", python_in_words(plan)),
        (tr("Source"), source_in_words(plan.order)),
        (tr("Packages"), packages_in_words(plan.order)),
    )


def advance_in_words(advance: Advance) -> str:
    """Say what a set-up is busy with."""
    if advance.step is Step.DOWNLOAD and advance.package:
        return tr("Downloading {package}: {done} of {total}").format(
            package=advance.package,
            done=size_in_words(advance.done_bytes),
            total=size_in_words(advance.total_bytes),
        )
    return {
        Step.PYTHON: tr("Making a Python environment"),
        Step.DOWNLOAD: tr("Gathering packages"),
        Step.INSTALL: tr("Installing packages"),
        Step.CHECK: tr("Checking that the engine works"),
    }[advance.step]
