"""Click on a road, get the network around it, and accept what is right."""

from __future__ import annotations

from .panel import ReviewPanel
from .session import ReviewSession
from .tool import ClickTool

__all__ = ["ClickTool", "ReviewPanel", "ReviewSession"]
