"""The engine's set-up from within QGIS: the algorithm, the dialog, and QGIS's own proxy settings."""

import base64
import hashlib
import importlib.util
import os
import platform
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsNetworkAccessManager,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsSettings,
)
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QPushButton

from qgis_plugin import set_up
from qgis_plugin.algorithms import set_up_engine
from qgis_plugin.engine_setup.folders import State, interpreter_in, state_of
from qgis_plugin.engine_setup.pip_environment import Proxy
from qgis_plugin.engine_setup.requirements import our_requirements, pins_for
from qgis_plugin.gui import set_up_dialog, set_up_form
from qgis_plugin.gui.background import Background
from qgis_plugin.provider import PlumblineProvider
from qgis_plugin.settings import ENGINE_FOLDER, read_setting

PATIENCE_S = 300.0
NAME = "plumbline:setupengine"

needs_venv = pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None, reason="this system's Python has no venv"
)


@pytest.fixture(scope="module", autouse=True)
def provider(qgis):
    provider = PlumblineProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)


@pytest.fixture(autouse=True)
def settings():
    """No settings of another test, and none for another."""
    QgsSettings().remove("plumbline")
    yield
    QgsSettings().remove("plumbline")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """An empty package for each pin: pip takes them for the real ones."""
    folder = tmp_path_factory.mktemp("wheels")
    for pin in pins_for("linux", our_requirements()):
        name, version = pin.name.replace("-", "_"), pin.version + ("+cpu" if pin.name == "torch" else "")
        of = f"{name}-{version}.dist-info"
        files = {
            f"{of}/METADATA": f"Metadata-Version: 2.1\nName: {pin.name}\nVersion: {version}\n",
            f"{of}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        lines = []
        for path, content in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=")
            lines.append(f"{path},sha256={digest.decode()},{len(content)}\n")
        files[f"{of}/RECORD"] = "".join([*lines, f"{of}/RECORD,,\n"])
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            for path, content in files.items():
                wheel.writestr(path, content)
    return folder


@pytest.fixture
def empty_engine(monkeypatch):
    """The engine's first run does nothing, as its packages are empty."""

    def order(**options):
        return replace(
            set_up.make_order(**options), run=lambda interpreter: [str(interpreter), "-I", "-c", "pass"]
        )

    monkeypatch.setattr(set_up_engine, "make_order", order)
    monkeypatch.setattr(set_up_form, "make_order", order)
    monkeypatch.delenv("PLUMBLINE_PYTHON")


def run(name, given, feedback=None):
    import processing  # noqa: PLC0415 - found only within a running QGIS

    return processing.run(name, given, feedback=feedback)


def _files(folder):
    return sorted(str(path) for path in Path(folder).rglob("*"))


class Feedback(QgsProcessingFeedback):
    """Remembers what it was told, and may cancel at a line."""

    def __init__(self, stop_at=None):
        super().__init__(False)  # noqa: FBT003 - Qt takes no keywords
        self.lines, self.steps, self.stop_at = [], [], stop_at
        self.progressChanged.connect(self.steps.append)

    def pushConsoleInfo(self, info):  # noqa: N802 - QGIS's name
        self.lines.append(info)
        if self.stop_at and info.startswith(self.stop_at):
            self.cancel()


def test_without_consent_it_says_what_would_be_and_writes_nothing(tmp_path, wheels):
    given = {"FOLDER": str(tmp_path / "data"), "WHEELS": str(wheels), "VARIANT": "cpu"}
    if importlib.util.find_spec("ensurepip") is None:
        given["PYTHON"] = os.environ["PLUMBLINE_PYTHON"]
    with pytest.raises(QgsProcessingException) as refused:
        run(NAME, given)
    said = str(refused.value)
    for word in (str(tmp_path / "data"), "torch 2.13.0", "numpy", "GB", str(wheels), "CPU", "CONSENT=true"):
        assert word in said
    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"VARIANT": "rocm"}, "auto, cpu, cuda"),
        ({"PYTHON": "/nowhere/python3"}, "/nowhere/python3 is not there"),
        ({"WHEELS": "/nowhere"}, "/nowhere"),
        ({"FOLDER": "/usr"}, "holds other files"),
        ({"FOLDER": "/data\0"}, "NUL character"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(given, words):
    with pytest.raises(QgsProcessingException, match=words):
        run(NAME, given)


def test_a_folder_without_an_engine_is_absent(tmp_path):
    found = run(NAME, {"ACTION": "check", "FOLDER": str(tmp_path / "none")})
    assert found["STATE"] == "absent"
    assert found["INTERPRETER"] is None
    assert found["FOLDER"] == str(tmp_path / "none")
    assert _files(tmp_path) == []


def test_the_users_own_interpreter_is_checked():
    """All of its packages are compared, and the engine runs in it once."""
    found = run(NAME, {"ACTION": "check"})
    assert found["STATE"] == "ready"
    assert found["INTERPRETER"] == os.environ["PLUMBLINE_PYTHON"]


def test_an_interpreter_without_the_packages_is_broken_and_says_what_it_lacks(monkeypatch, tmp_path):
    bare = tmp_path / "python"
    bare.write_text('#!/bin/sh\nexec /usr/bin/python3 -S "$@"\n', encoding="ascii")
    bare.chmod(0o755)
    monkeypatch.setenv("PLUMBLINE_PYTHON", str(bare))
    feedback = Feedback()
    found = run(NAME, {"ACTION": "check"}, feedback=feedback)
    assert found["STATE"] == "broken"
    assert "torch is missing (needed: 2.13.0)" in feedback.textLog()


@needs_venv
def test_from_nothing_to_an_engine_and_back(tmp_path, wheels, empty_engine):
    folder = tmp_path / "data"
    before = dict(os.environ)
    feedback = Feedback()
    given = {"FOLDER": str(folder), "WHEELS": str(wheels), "VARIANT": "cpu", "CONSENT": True}
    found = run(NAME, {**given, "PYTHON": "/usr/bin/python3"}, feedback=feedback)
    assert found["STATE"] == "ready"
    assert found["INTERPRETER"] == str(interpreter_in(folder))
    assert Path(found["LOG"]).read_text(encoding="utf-8").splitlines() == feedback.lines
    assert feedback.steps == sorted(feedback.steps)
    assert feedback.steps[-1] > 89
    assert read_setting(ENGINE_FOLDER, "") == str(folder)
    assert run(NAME, {"ACTION": "check"})["STATE"] == "ready"
    assert dict(os.environ) == before
    with pytest.raises(QgsProcessingException, match="would be deleted"):
        run(NAME, {"ACTION": "remove"})
    assert state_of(folder) is State.READY
    gone = run(NAME, {"ACTION": "remove", "CONSENT": True})
    assert gone["STATE"] == "absent"
    assert not folder.exists()
    assert read_setting(ENGINE_FOLDER, "") == ""


@needs_venv
def test_a_cancelled_set_up_raises_and_is_continued(tmp_path, wheels, empty_engine):
    folder = tmp_path / "data"
    given = {"FOLDER": str(folder), "WHEELS": str(wheels), "VARIANT": "cpu", "CONSENT": "true"}
    given["PYTHON"] = "/usr/bin/python3"
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        run(NAME, given, feedback=Feedback(stop_at="Successfully installed torch"))
    assert state_of(folder) is State.BROKEN
    feedback = Feedback()
    assert run(NAME, given, feedback=feedback)["STATE"] == "ready"
    assert any("Continuing" in line for line in feedback.lines)


@pytest.fixture
def proxy():
    """QGIS's settings of a proxy; none afterwards."""

    def use(kind, **values):
        for name, value in {"proxyEnabled": True, "proxyType": kind, **values}.items():
            QgsSettings().setValue(f"proxy/{name}", value)
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()

    yield use
    QgsSettings().remove("proxy")
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


def test_the_proxy_of_qgis_is_used(proxy):
    assert set_up.qgis_proxy() == Proxy()
    proxy(
        "HttpProxy",
        proxyHost="proxy.example",
        proxyPort="3128",
        proxyUser="mo",
        proxyPassword="a b",
        proxyExcludedUrls=["http://maps.example/wms"],
        noProxyUrls=["http://tiles.example"],
    )
    found = set_up.qgis_proxy()
    assert replace(found, excluded=()) == Proxy("proxy.example", 3128, "mo", "a b")
    assert set(found.excluded) == {"http://maps.example/wms", "http://tiles.example"}
    assert set_up.make_order().environment()["HTTPS_PROXY"] == "http://mo:a%20b@proxy.example:3128"


def test_a_socks_proxy_is_told_from_others_and_the_systems_is_left_alone(proxy):
    proxy("Socks5Proxy", proxyHost="proxy.example", proxyPort="1080")
    assert set_up.qgis_proxy().socks
    proxy("DefaultProxy")
    assert set_up.qgis_proxy() == Proxy()


def _wait_for(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        QCoreApplication.processEvents()
        time.sleep(0.01)


class Dialog:
    """The dialog as a user sees it."""

    def __init__(self):
        self.dialog = set_up_dialog.SetUpDialog()
        self.dialog.show()

    def button(self, text):
        buttons = self.dialog.findChildren(QPushButton)
        found = [each for each in buttons if each.isVisible() and each.text().replace("&", "") == text]
        return found[0] if found else None

    def texts(self):
        return "\n".join(each.text() for each in self.dialog.findChildren(QLabel) if each.isVisible())

    def choose(self, **options):
        for name, value in options.items():
            getattr(self.dialog._options, name).setFilePath(str(value))


@pytest.fixture
def dialog(qgis, empty_engine):
    dialog = Dialog()
    yield dialog
    dialog.dialog.close()
    _wait_for(lambda: not QgsApplication.taskManager().countActiveTasks())


@needs_venv
def test_the_dialog_shows_the_plan_installs_on_consent_and_removes(dialog, tmp_path, wheels, monkeypatch):
    folder = tmp_path / "data"
    dialog.choose(folder=folder, wheels=wheels, python="/usr/bin/python3")
    _wait_for(lambda: str(folder) in dialog.texts())
    for word in ("not installed yet", "torch 2.13.0", "GB", platform.python_version(), str(wheels)):
        assert word in dialog.texts()
    assert _files(tmp_path) == []
    assert dialog.button("Cancel") is None
    assert not dialog.button("Remove…").isEnabled()
    values = []
    bar = dialog.dialog.findChild(QProgressBar)
    bar.valueChanged.connect(values.append)
    dialog.button("Agree and install").click()
    assert dialog.button("Cancel").isEnabled()
    assert dialog.button("Agree and install") is None
    _wait_for(lambda: "The engine is installed" in dialog.texts())
    assert "the engine works" in dialog.texts()
    assert values == sorted(values)
    assert "Successfully installed" in dialog.dialog.findChild(QPlainTextEdit).toPlainText()
    assert state_of(folder) is State.READY
    assert read_setting(ENGINE_FOLDER, "") == str(folder)
    yes = set_up_dialog.QMessageBox.StandardButton.Yes
    monkeypatch.setattr(set_up_dialog.QMessageBox, "question", lambda *_: yes)
    _wait_for(lambda: dialog.button("Remove…").isEnabled())
    dialog.button("Remove…").click()
    _wait_for(lambda: "not installed yet" in dialog.texts())
    assert not folder.exists()


@needs_venv
def test_the_dialogs_cancel_leaves_what_can_be_continued(dialog, tmp_path, wheels):
    folder = tmp_path / "data"
    dialog.choose(folder=folder, wheels=wheels, python="/usr/bin/python3")
    _wait_for(lambda: str(folder) in dialog.texts())
    dialog.button("Agree and install").click()
    log = dialog.dialog.findChild(QPlainTextEdit)
    _wait_for(lambda: "Making an environment" in log.toPlainText())
    dialog.button("Cancel").click()
    _wait_for(lambda: "Cancelled" in dialog.texts())
    assert state_of(folder) is not State.READY


@needs_venv
def test_closing_the_dialog_cancels_its_work(dialog, tmp_path, wheels):
    dialog.choose(folder=tmp_path / "data", wheels=wheels, python="/usr/bin/python3")
    _wait_for(lambda: str(tmp_path / "data") in dialog.texts())
    dialog.button("Agree and install").click()
    log = dialog.dialog.findChild(QPlainTextEdit)
    _wait_for(lambda: "Making an environment" in log.toPlainText())
    dialog.dialog.close()
    _wait_for(lambda: not QgsApplication.taskManager().countActiveTasks())
    assert state_of(tmp_path / "data") is not State.READY


@needs_venv
def test_the_dialog_says_why_there_can_be_no_plan(dialog, tmp_path):
    (tmp_path / "thesis.odt").write_text("years of work", encoding="utf-8")
    dialog.choose(folder=tmp_path)
    _wait_for(lambda: "holds other files" in dialog.texts())
    assert not dialog.button("Agree and install").isEnabled()


def _end_of(work):
    """Run work as the dialog does; returns how it failed."""
    ended = []
    task = Background("work", work, ended.append)
    QgsApplication.taskManager().addTask(task)
    _wait_for(lambda: ended)
    return task.failure


def test_whatever_goes_wrong_in_the_background_is_said():
    def work(_):
        raise LookupError("no such plumb line")

    assert "no such plumb line" in str(_end_of(work))
    assert _end_of(lambda _: "well") is None
