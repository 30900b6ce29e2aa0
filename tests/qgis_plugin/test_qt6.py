"""The plugin's code uses nothing that is gone with Qt 6, which QGIS 4 brings; see tests/in_qgis for more."""

import ast
import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "qgis_plugin"
MODULES = sorted(PLUGIN.rglob("*.py"))
GONE = re.compile(
    r"\.exec_\(|\bqApp\b|\bQRegExp\b|\.toTime_t\(|\bQDesktopWidget\b|\bQVariant\.[A-Z]\w+"
    r"|\bevent\.(x|y|globalPos|globalX|globalY|posF)\(\)|\bHighDpi|\.setMargin\("
)
MOVED = {"QAction", "QActionGroup", "QShortcut", "QUndoCommand", "QUndoStack"}
"""From QtWidgets to QtGui; compatibility.py knows where they are."""


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
    assert path.name == "compatibility.py" or not moved(code)


def test_the_check_sees_what_it_looks_for():
    assert GONE.search("dialog.exec_()")
    assert moved("from qgis.PyQt.QtWidgets import (\n    QAction,\n    QWidget,\n)") == ["QAction"]
