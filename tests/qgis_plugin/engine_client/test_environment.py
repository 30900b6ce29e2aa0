"""The facts are what the start of QGIS sets on these systems, with settings of the user beside them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qgis_plugin.engine_client import launch as launch_room
from qgis_plugin.engine_client.environment import (
    child_environment,
    engine_command,
    engine_root,
    plugin_version,
    qgis_folders,
)

WINDOWS = {
    # The start script of QGIS works with short names.
    "OSGEO4W_ROOT": r"C:\PROGRA~1\QGIS34~1.6",
    "QGIS_PREFIX_PATH": "C:/PROGRA~1/QGIS34~1.6/apps/qgis-ltr",
    "QGIS_WIN_APP_NAME": "QGIS 3.40.6",
    "PYTHONHOME": r"C:\PROGRA~1\QGIS34~1.6\apps\Python312",
    "PYTHONPATH": r"C:\PROGRA~1\QGIS34~1.6\apps\qgis-ltr\python",
    "PYTHONEXECUTABLE": r"C:\PROGRA~1\QGIS34~1.6\bin\python3.exe",
    "PYTHONUTF8": "1",
    "GDAL_DATA": r"C:\PROGRA~1\QGIS34~1.6\apps\gdal\share\gdal",
    "GDAL_DRIVER_PATH": r"C:\PROGRA~1\QGIS34~1.6\apps\gdal\lib\gdalplugins",
    "PROJ_DATA": r"C:\PROGRA~1\QGIS34~1.6\share\proj",
    "PDAL_DRIVER_PATH": r"C:\PROGRA~1\QGIS34~1.6\apps\pdal\plugins",
    "OPENSSL_ENGINES": r"C:\PROGRA~1\QGIS34~1.6\lib\engines-3",
    "SSL_CERT_FILE": r"C:\PROGRA~1\QGIS34~1.6\bin\curl-ca-bundle.crt",
    "REQUESTS_CA_BUNDLE": r"D:\company\root.pem",
    "SSL_CERT_DIR": r"D:\gone",
    "QT_PLUGIN_PATH": r"C:\PROGRA~1\QGIS34~1.6\apps\qgis-ltr\qtplugins",
    "PATH": (
        r"C:\PROGRA~1\QGIS34~1.6\apps\qgis-ltr\bin;C:\Program Files\QGIS 3.40.6\apps\Python312\Scripts;"
        r"c:\progra~1\qgis34~1.6\BIN;C:\Windows\system32;C:\Windows;C:\PROGRA~1\QGIS34~1.6-tools"
    ),
    "SYSTEMROOT": r"C:\Windows",
    "COMSPEC": r"C:\Windows\system32\cmd.exe",
    "TEMP": r"C:\Users\Jürgen\AppData\Local\Temp",
    "USERPROFILE": r"C:\Users\Jürgen",
    "NUMBER_OF_PROCESSORS": "8",
    "CUDA_PATH": r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4",
    "HTTPS_PROXY": "http://proxy:3128",
}
WINDOWS_PREFIX = r"C:\Program Files\QGIS 3.40.6\apps\Python312"
WINDOWS_EXECUTABLE = r"C:\Program Files\QGIS 3.40.6\bin\qgis-ltr-bin.exe"

MACOS = {
    "__PYVENV_LAUNCHER__": "/Applications/QGIS-LTR.app/Contents/MacOS/bin/python3",
    "PYTHONHOME": "/Applications/QGIS-LTR.app/Contents/MacOS",
    "PYTHONPATH": "/Applications/QGIS-LTR.app/Contents/Resources/python",
    "QGIS_PREFIX_PATH": "/Applications/QGIS-LTR.app/Contents/MacOS",
    "GDAL_DATA": "/Applications/QGIS-LTR.app/Contents/Resources/gdal",
    "GDAL_PAM_PROXY_DIR": "/Users/ana/pam",
    "PROJ_LIB": "/Applications/QGIS-LTR.app/Contents/Resources/proj",
    "DYLD_LIBRARY_PATH": "/Applications/QGIS-LTR.app/Contents/MacOS/lib",
    "DYLD_INSERT_LIBRARIES": "/opt/x.dylib",
    "SSL_CERT_FILE": "/Applications/QGIS-LTR.app/Contents/Resources/certs/certs.pem",
    "PATH": "/Applications/QGIS-LTR.app/Contents/MacOS/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    "HOME": "/Users/ana",
    "TMPDIR": "/var/folders/xy/T/",
    "LANG": "sl_SI.UTF-8",
}

LINUX = {
    "LD_LIBRARY_PATH": "/usr/lib/qgis",
    "LD_PRELOAD": "/usr/lib/libfoo.so",
    "VIRTUAL_ENV": "/home/kim/gis",
    "PIP_INDEX_URL": "https://user@packages.example/simple",
    "PYTHONSTARTUP": "/home/kim/.pythonrc",
    "PYTHONUSERBASE": "/home/kim/other",
    "QGIS_PLUGINPATH": "/home/kim/plugins",
    "QT_QPA_PLATFORM": "offscreen",
    "SSL_CERT_FILE": "/etc/ssl/company.pem",
    "REQUESTS_CA_BUNDLE": "/mnt/gone.pem",
    "PATH": "/home/kim/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/home/kim",
    "LANG": "ko_KR.UTF-8",
    "CUDA_VISIBLE_DEVICES": "1",
    "OMP_NUM_THREADS": "4",
    "https_proxy": "http://proxy:3128",
}
SET = {"PYTHONIOENCODING": "utf-8", "PYTHONNOUSERSITE": "1"}


def scrubbed(environment, platform, existing=(), **process):
    before = dict(environment)
    folders = qgis_folders(environment, platform=platform, **process)
    child = child_environment(
        environment, platform=platform, inside_qgis=folders, exists=lambda path: path in existing
    )
    assert environment == before
    return child


def test_windows():
    company = r"D:\company\root.pem"
    kept = (
        "SYSTEMROOT",
        "COMSPEC",
        "TEMP",
        "USERPROFILE",
        "NUMBER_OF_PROCESSORS",
        "CUDA_PATH",
        "HTTPS_PROXY",
    )
    process = {"prefix": WINDOWS_PREFIX, "executable": WINDOWS_EXECUTABLE}
    assert scrubbed(WINDOWS, "win32", [company], **process) == {
        **{name: WINDOWS[name] for name in kept},
        **SET,
        "REQUESTS_CA_BUNDLE": company,
        "PATH": r"C:\Windows\system32;C:\Windows;C:\PROGRA~1\QGIS34~1.6-tools",
    }


def test_windows_names_its_variables_in_any_case():
    child = child_environment(
        {"Path": r"C:\Q\bin;C:\W", "PythonHome": "x"}, platform="win32", inside_qgis=["c:/q"]
    )
    assert child == {"Path": r"C:\W", **SET}


def test_folders_of_a_windows_qgis_go_by_both_names():
    assert qgis_folders(WINDOWS, platform="win32", prefix=WINDOWS_PREFIX, executable=WINDOWS_EXECUTABLE) == [
        r"C:\PROGRA~1\QGIS34~1.6",
        r"C:\Program Files\QGIS 3.40.6",
    ]


def test_macos():
    prefix = "/Applications/QGIS-LTR.app/Contents/MacOS"
    kept = ("GDAL_PAM_PROXY_DIR", "HOME", "TMPDIR", "LANG")
    child = scrubbed(MACOS, "darwin", [MACOS["SSL_CERT_FILE"]], prefix=prefix, executable=f"{prefix}/QGIS")
    assert child == {
        **{name: MACOS[name] for name in kept},
        **SET,
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    }


def test_linux():
    kept = (
        *("SSL_CERT_FILE", "PATH", "HOME", "LANG", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "https_proxy"),
    )
    child = scrubbed(
        LINUX, "linux", ["/etc/ssl/company.pem"], prefix="/usr", executable="/home/kim/.pyenv/shims/python3"
    )
    assert child == {**{name: LINUX[name] for name in kept}, **SET}


def test_an_appimage_is_a_place_of_its_own():
    facts = {"APPDIR": "/run/.mount_QGISab", "PATH": "/run/.mount_QGISab/usr/bin:/usr/bin"}
    assert scrubbed(facts, "linux", prefix="/usr", executable="/usr/bin/python3") == {
        "PATH": "/usr/bin",
        **SET,
    }


@pytest.mark.parametrize(("facts", "platform"), [(WINDOWS, "win32"), (MACOS, "darwin"), (LINUX, "linux")])
def test_scrubbing_twice_is_scrubbing_once(facts, platform):
    process = {"prefix": "/usr", "executable": "/usr/bin/python3"}
    once = scrubbed(facts, platform, facts.values(), **process)
    assert scrubbed(once, platform, facts.values(), **process) == once


def test_root_and_version():
    assert (engine_root() / "engine" / "__main__.py").is_file()
    assert plugin_version(engine_root()).split(".")[0].isdigit()
    assert plugin_version(Path("/nowhere")) == "unknown"


def test_the_command_is_a_list_that_isolates():
    command = engine_command(Path("/opt/with space/python"), idle_s=90.0)
    assert command[:4] == ["/opt/with space/python", "-I", "-X", "utf8"]
    assert command[5:] == [str(engine_root()), "serve", "--idle-s", "90"]
    assert engine_command(Path("/p"), idle_s=None)[-1] == "serve"


def launch(*arguments):
    command = engine_command(Path(sys.executable), idle_s=None)[:-1]
    return subprocess.run(
        [*command, *arguments],
        env=child_environment(os.environ),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_launch_runs_the_engine_beside_the_plugin():
    done = launch("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert plugin_version(engine_root()) in done.stdout


def test_launch_serves_until_its_input_ends():
    done = launch("serve")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_old_python_is_told_so(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or later; .* is Python 3\.9\."):
        launch_room.main()
