"""Members of Qt's enumerations are named in full, as Qt 6 wants it; found with Qt's own classes."""

import ast
from enum import Enum
from pathlib import Path

import pytest
from qgis.PyQt import QtCore, QtGui, QtNetwork, QtWidgets

PLUGIN = Path(__file__).resolve().parents[2] / "qgis_plugin"
QT = {name: value for each in (QtCore, QtGui, QtNetwork, QtWidgets) for name, value in vars(each).items()}


def unscoped(code):
    """List ``Qt.LeftButton`` and its like, which Qt 6 knows as ``Qt.MouseButton.LeftButton`` only."""
    return [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in QT
        if isinstance(getattr(QT[node.value.id], node.attr), (int, Enum))
    ]


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("*.py")), ids=lambda path: path.name)
def test_members_are_named_in_full(path):
    assert not unscoped(path.read_text(encoding="utf-8"))


def test_the_check_sees_what_it_looks_for():
    assert unscoped("a = Qt.LeftButton\nb = QMessageBox.Yes\nc = QFrame.NoFrame\n") == [
        "Qt.LeftButton",
        "QMessageBox.Yes",
        "QFrame.NoFrame",
    ]
    assert not unscoped("a = Qt.MouseButton.LeftButton\nb = QMessageBox.question\nc: Qt.Key\n")
