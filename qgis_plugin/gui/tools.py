"""What the plugin adds to QGIS's main window: a toolbar, a menu, an options page, and what they open."""

from __future__ import annotations

from typing import Any, Callable, Optional

from qgis.core import QgsApplication, QgsMapLayer, QgsRasterLayer
from qgis.gui import QgsGui
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QDialog, QMenu

from ..compatibility import QAction
from ..engine_client.errors import EngineMissing
from ..icon import icon
from ..shared_engine import find_interpreter
from ..translation import tr
from .clicking import Clicking
from .engine_report import EngineReport
from .messages import Messages
from .options_page import OPTIONS_PAGE, OptionsFactory

_IN_TOOLBAR = ("extractroads", "estimateheights")
_IN_MENU = (
    *_IN_TOOLBAR,
    "rectify",
    "footprintstoground",
    "evaluateroads",
    "evaluateheights",
    "masktograph",
)
_CLICK_SHORTCUT = "Ctrl+Alt+J"


def _free(shortcut: str) -> str:
    """Return a shortcut, or none where QGIS or another plugin has it already."""
    manager, keys = QgsGui.shortcutsManager(), QKeySequence(shortcut)
    return "" if manager.actionForSequence(keys) or manager.shortcutForSequence(keys) else shortcut


class Tools:
    """Toolbar, menu and options page; ``close`` takes all of it away.

    Args:
        iface: QGIS's main window.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._actions: list[QAction] = []
        self._dialogs: list[QDialog] = []
        self._messages = Messages(iface.messageBar(), self.set_up_engine)
        self._options = OptionsFactory()
        iface.registerOptionsWidgetFactory(self._options)
        self._bar = iface.addToolBar("Plumbline")
        self._bar.setObjectName("PlumblineToolbar")
        self._menu = QMenu("Plumbline", iface.mainWindow())
        self._menu.setIcon(icon("plumbline"))
        iface.pluginMenu().addMenu(self._menu)
        self._click = self._add_click()
        self._clicking = Clicking(iface, self._click, self.set_up_engine)
        self._add_algorithms()
        self._add_engine()

    def _action(self, name: str, text: str, on_triggered: Callable[..., Any], shortcut: str = "") -> QAction:
        """Make an action, put it into the menu, and let the user choose its shortcut."""
        action = QAction(icon(name), text, self._iface.mainWindow())
        action.setObjectName(f"Plumbline_{name}")  # under which QGIS keeps the user's shortcut
        action.triggered.connect(on_triggered)
        self._iface.registerMainWindowAction(action, _free(shortcut) if shortcut else "")
        self._menu.addAction(action)
        self._actions.append(action)
        return action

    def _add_click(self) -> QAction:
        text = tr("Extract roads by clicking")
        click = self._action("clickroads", text, self._toggle_click, _CLICK_SHORTCUT)
        click.setCheckable(True)
        click.setToolTip(f"<b>{text}</b><br>{tr('Click on a road to be offered the network around it')}")
        self._bar.addAction(click)
        self._menu.addSeparator()
        return click

    def _add_algorithms(self) -> None:
        registry = QgsApplication.processingRegistry()
        for name in _IN_MENU:
            algorithm = registry.algorithmById(f"plumbline:{name}")
            if algorithm is None:
                continue
            text = f"{algorithm.displayName()}…"
            action = self._action(name, text, lambda *_, name=name: self._open_algorithm(name))
            if name in _IN_TOOLBAR:
                self._bar.addAction(action)
        self._menu.addSeparator()

    def _add_engine(self) -> None:
        self._bar.addSeparator()
        self._bar.addAction(self._action("setupengine", tr("Set up engine…"), self.set_up_engine))
        self._action("checkengine", tr("Check engine…"), self.check_engine)
        self._action("options", tr("Options…"), self._open_options)

    def _toggle_click(self, wanted: bool) -> None:  # noqa: FBT001 - as Qt has it
        if not wanted:
            self._clicking.stop()
        elif self._engine_is_there():
            self._clicking.start()
        else:
            self._click.setChecked(False)

    def _open_algorithm(self, name: str) -> None:
        from processing import createAlgorithmDialog  # noqa: PLC0415 - a plugin too, and may come later

        self._engine_is_there()
        layer = self._iface.activeLayer()
        dialog = createAlgorithmDialog(f"plumbline:{name}", _first_input(name, layer))
        if dialog is not None:
            self._show(dialog)

    def _engine_is_there(self) -> bool:
        try:
            find_interpreter()
        except EngineMissing as missing:
            self._messages.say_engine_missing(str(missing))
            return False
        return True

    def set_up_engine(self, *_: Any) -> None:
        """Open the dialog that makes the engine's environment."""
        from .set_up_dialog import SetUpDialog  # noqa: PLC0415 - with all that installs

        self._show(SetUpDialog(self._iface.mainWindow()))

    def check_engine(self, *_: Any) -> None:
        """Open the report of what runs here."""
        self._show(EngineReport(self._iface.mainWindow(), self.set_up_engine))

    def _open_options(self, *_: Any) -> None:
        self._iface.showOptionsDialog(self._iface.mainWindow(), OPTIONS_PAGE)

    def _show(self, dialog: QDialog) -> None:
        """Show a dialog beside the map, and remember it until it is gone."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialogs.append(dialog)
        dialog.destroyed.connect(lambda *_: self._dialogs.remove(dialog))
        dialog.show()

    def close(self) -> None:
        """Take everything away again."""
        self._clicking.close()
        for dialog in tuple(self._dialogs):
            dialog.close()
        for action in self._actions:
            self._iface.unregisterMainWindowAction(action)
            action.deleteLater()
        self._iface.pluginMenu().removeAction(self._menu.menuAction())
        self._menu.deleteLater()
        self._iface.mainWindow().removeToolBar(self._bar)
        self._bar.deleteLater()
        self._iface.unregisterOptionsWidgetFactory(self._options)
        self._messages.close()


def _first_input(name: str, layer: Optional[QgsMapLayer]) -> dict[str, Any]:
    """Return what to fill in, so that a dialog begins with the layer that the user works with."""
    if isinstance(layer, QgsRasterLayer) and name in (*_IN_TOOLBAR, "rectify", "masktograph"):
        return {"INPUT": layer.id()}
    return {}
