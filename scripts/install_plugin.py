"""Build the plugin and put it into a profile of QGIS.

usage: python -m scripts.install_plugin [PROFILE], the profile's folder: the one that holds ``python`` and
``QGIS``. Without it the user's default profile is taken, if there is just one.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from scripts.package import FOLDER, ROOT, build

_HOW = (
    "Settings > User Profiles > Open Active Profile Folder shows it; then: make install-plugin PROFILE=folder"
)


def data_folders(platform: str, environment: Mapping[str, str], home: Path) -> list[Path]:
    """List where QGIS may keep its profiles.

    Args:
        platform: As in ``sys.platform``.
        environment: The user's variables.
        home: The user's own folder.

    Returns:
        Folders that hold QGIS3 or QGIS4, whether they are there or not.
    """
    if platform == "win32":
        return [Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "QGIS"]
    if platform == "darwin":
        return [home / "Library" / "Application Support" / "QGIS"]
    own = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "QGIS"
    return [own, home / ".var" / "app" / "org.qgis.qgis" / "data" / "QGIS"]


def default_profiles(folders: list[Path]) -> list[Path]:
    """List the default profiles that are there, of any major version of QGIS."""
    return sorted(profile for folder in folders for profile in folder.glob("QGIS*/profiles/default"))


def choose_profile(named: str, found: list[Path]) -> Path:
    """Return the profile to install into.

    Args:
        named: What the user asked for; "" = the default one.
        found: The default profiles that are there.

    Raises:
        SystemExit: It is not there, or more than one could be meant.
    """
    if named:
        profile = Path(named).expanduser()
        if not profile.is_dir():
            raise SystemExit(f"There is no profile {profile}. {_HOW}")
        return profile
    if not found:
        raise SystemExit(f"QGIS has no default profile here. Start QGIS once, or name one. {_HOW}")
    if len(found) > 1:
        listed = "\n".join(f"  make install-plugin PROFILE='{profile}'" for profile in found)
        raise SystemExit(f"There are {len(found)} default profiles. Name the one that is meant:\n{listed}")
    return found[0]


def install(package: Path, profile: Path) -> Path:
    """Unpack the zip into a profile; an older plugin there is replaced as a whole.

    Returns:
        The plugin's folder.
    """
    plugins = profile / "python" / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    target = plugins / FOLDER
    # Beside the plugins, not among them: QGIS takes every folder there for a plugin.
    with tempfile.TemporaryDirectory(dir=plugins.parent, prefix="plumbline-") as beside:
        with zipfile.ZipFile(package) as opened:
            opened.extractall(beside)
        if target.is_symlink():
            target.unlink()
        elif target.exists():
            shutil.move(target, Path(beside) / "older")
        shutil.move(Path(beside) / FOLDER, target)
    return target


def main() -> None:
    """Install, and say where."""
    named = sys.argv[1] if len(sys.argv) > 1 else ""
    found = default_profiles(data_folders(sys.platform, os.environ, Path.home()))
    profile = choose_profile(named, found)
    target = install(build(ROOT / "dist"), profile)
    sys.stdout.write(f"Installed {target}\n")
    sys.stdout.write("In QGIS: Plugins > Manage and Install Plugins > Installed: tick Plumbline.\n")


if __name__ == "__main__":
    main()
