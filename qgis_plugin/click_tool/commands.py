"""What a review can be told by a key, in the panel and on the map alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QKeyEvent

from ..translation import tr
from .session import ReviewSession


@dataclass(frozen=True)
class Command:
    """One wish.

    Attributes:
        name: By which it is found.
        text: On its button.
        tip: What it means; the key is added.
        keys: Of Qt; the first is shown.
        key_text: The key as people call it.
        carry_out: What it does to the session.
    """

    name: str
    text: str
    tip: str
    keys: tuple[Qt.Key, ...]
    key_text: str
    carry_out: Callable[[ReviewSession], object]

    @property
    def tool_tip(self) -> str:
        """What it means, with its key."""
        return f"{self.tip} ({self.key_text})"


def commands() -> tuple[Command, ...]:
    """Return all commands, in the language of now."""
    key = Qt.Key
    return (
        Command(
            "extract_view",
            tr("Extract this view"),
            tr("Extract all that the map shows now"),
            (key.Key_V,),
            "V",
            ReviewSession.extract_view,
        ),
        Command(
            "cancel",
            tr("Cancel"),
            tr("Stop what runs and forget what waits; else select nothing"),
            (key.Key_Escape,),
            tr("Esc"),
            ReviewSession.escape,
        ),
        Command(
            "accept_all",
            tr("Accept all"),
            tr("Put all roads shown into the layer"),
            (key.Key_A,),
            "A",
            ReviewSession.accept_all,
        ),
        Command(
            "accept",
            tr("Accept"),
            tr("Put the selected roads into the layer"),
            (key.Key_Return, key.Key_Enter),
            tr("Enter"),
            ReviewSession.accept,
        ),
        Command(
            "drop",
            tr("Drop"),
            tr("Take the selected roads away; they are not offered again"),
            (key.Key_Delete, key.Key_Backspace),
            tr("Del"),
            ReviewSession.drop,
        ),
        Command(
            "restore",
            tr("Restore"),
            tr("Offer again what was dropped"),
            (key.Key_R,),
            "R",
            ReviewSession.restore,
        ),
    )


def _command_of(event: QKeyEvent) -> Optional[Command]:
    """Return the command of a key that is pressed without Ctrl, Alt or Shift."""
    if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
        return None
    return next((command for command in commands() if event.key() in command.keys), None)


class ReviewKeys(QObject):
    """Carries out the commands of keys for every widget on which it is installed as an event filter.

    It comes before QGIS's own shortcuts: Delete means an offer, never selected features of a layer.

    Args:
        session: Told the wishes.
    """

    def __init__(self, session: ReviewSession) -> None:
        super().__init__()
        self._session = session

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of commands, and nothing else."""
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            command = _command_of(event)
            if command is not None:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    command.carry_out(self._session)
                return True
        return super().eventFilter(watched, event)
