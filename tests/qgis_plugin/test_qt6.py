"""The plugin's code runs with Qt 6, which QGIS 4 brings, as well as with Qt 5."""

import ast
import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "qgis_plugin"
MODULES = sorted(PLUGIN.rglob("*.py"))
GONE = re.compile(
    r"\.exec_\(|\bqApp\b|\bQRegExp\b|\.toTime_t\(|\bQDesktopWidget\b|\bQVariant\.[A-Z]\w+"
    r"|\bevent\.(pos|x|y|globalPos|posF)\(\)|\bHighDpi|\.setMargin\("
)
MOVED = {"QAction", "QActionGroup", "QShortcut", "QUndoCommand", "QUndoStack"}
"""From QtWidgets to QtGui; compatibility.py knows where they are."""


def unscoped(code):
    """List ``Qt.LeftButton`` and its like, which Qt 6 knows as ``Qt.MouseButton.LeftButton`` only."""
    nodes = list(ast.walk(ast.parse(code)))
    owners = {node.value for node in nodes if isinstance(node, ast.Attribute)}
    called = {node.func for node in nodes if isinstance(node, ast.Call)}
    return [
        f"{node.value.id}.{node.attr}"
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        # QGIS's own enumerations keep their short names.
        and re.fullmatch(r"Qt|Q(?!gs|gis)[A-Z]\w+", node.value.id)
        and re.match(r"[A-Z]", node.attr)
        and node not in owners | called
    ]


def moved(code):
    """List the classes that a module takes from where they are no longer."""
    return [
        alias.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("qgis.PyQt.")
        for alias in node.names
        if alias.name in MOVED
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PLUGIN).as_posix())
def test_nothing_is_used_that_qt_6_has_not(path):
    code = path.read_text(encoding="utf-8")
    assert not GONE.findall(code)
    assert not unscoped(code)
    assert path.name == "compatibility.py" or not moved(code)


def test_the_check_sees_what_it_looks_for():
    bad = "a = Qt.LeftButton\nb = QMessageBox.Yes\nc = QFrame.NoFrame\n"
    good = "a = Qt.MouseButton.LeftButton | QMessageBox.question(x) | QgsMapLayer.RasterLayer\n"
    assert unscoped(bad) == ["Qt.LeftButton", "QMessageBox.Yes", "QFrame.NoFrame"]
    assert not unscoped(good)
    assert GONE.search("dialog.exec_()")
    assert moved("from qgis.PyQt.QtWidgets import (\n    QAction,\n    QWidget,\n)") == ["QAction"]
