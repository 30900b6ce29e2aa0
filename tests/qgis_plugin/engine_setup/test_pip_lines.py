"""What pip's lines mean: recorded from pip 22 to 26, on success and on failure."""

import pytest

from qgis_plugin.engine_setup.pip_lines import (
    Download,
    Failure,
    begins_installing,
    download_in,
    explanation,
    failure_in,
    file_in,
    package_in,
)


@pytest.mark.parametrize(
    ("line", "package", "file"),
    [
        ("Collecting numpy==2.4.6 (from -r requirements.txt (line 17))", "numpy", ""),
        ("Requirement already satisfied: torch==2.13.0 in ./lib (from -r r.txt (line 31))", "torch", ""),
        (
            "  Downloading numpy-2.4.6-cp312-cp312-win_amd64.whl (12.3 MB)",
            "",
            "numpy-2.4.6-cp312-cp312-win_amd64.whl",
        ),
        ("  Using cached click-8.5.1-py3-none-any.whl (112 kB)", "", "click-8.5.1-py3-none-any.whl"),
        ("  Using cached click-8.5.1-py3-none-any.whl.metadata (2.6 kB)", "", ""),
        ("Processing /srv/my wheels/torch-2.13.0+cpu-cp311.whl", "", "torch-2.13.0+cpu-cp311.whl"),
        ("Processing c:\\srv\\six-1.0-py3.whl (from -r r.txt (line 2))", "", "six-1.0-py3.whl"),
        ("Looking in links: /srv/wheels", "", ""),
        ("", "", ""),
    ],
)
def test_a_line_names_a_package_a_file_or_neither(line, package, file):
    assert package_in(line) == package
    assert file_in(line) == file


def test_a_download_has_a_package_and_a_size():
    found = download_in("  Downloading scikit_image-0.26.0-cp312-cp312-manylinux.whl (13.9 MB)")
    assert found == Download("scikit_image-0.26.0-cp312-cp312-manylinux.whl", 13_900_000)
    assert found.package == "scikit-image"
    of_local = "Downloading https://files.example/torch-2.13.0%2Bcpu-cp312.whl (190 kB)"
    assert download_in(of_local).total_bytes == 190_000
    assert download_in("  Downloading six-1.0.whl.metadata (2 kB)") is None


def test_the_unpacking_begins_with_a_line_of_its_own():
    assert begins_installing("Installing collected packages: mpmath, sympy")
    assert not begins_installing("Collecting sympy")


NO_MATCH = "ERROR: No matching distribution found for torch==2.13.0+cpu"
OS_ERROR = "ERROR: Could not install packages due to an OSError: "


def _retried(why):
    """Return what pip says of a connection that fails: last that nothing matches, which is not the reason."""
    retry = "WARNING: Retrying (Retry(total=4, connect=None, read=None)) after connection broken by "
    return [f"{retry}'{why}': /simple/torch/", NO_MATCH]


_NAMES = "NewConnectionError('<HTTPSConnection>: [Errno -3] Temporary failure in name resolution')"
_TUNNEL = "OSError('Tunnel connection failed: 407 Proxy Authentication Required')"
_ISSUER = "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self signed'))"
_HELD = "[WinError 32] The process cannot access the file because it is being used by another process"


@pytest.mark.parametrize(
    ("lines", "failure", "advice"),
    [
        ([f"{OS_ERROR}[Errno 28] No space left on device"], Failure.DISK_FULL, "free some space"),
        (_retried(_NAMES), Failure.NO_NETWORK, "check the network"),
        (_retried(f"ProxyError('Cannot connect to proxy.', {_TUNNEL})"), Failure.PROXY, "user and password"),
        (_retried(_ISSUER), Failure.CERTIFICATE, "cert = FILE"),
        ([f"{OS_ERROR}Missing dependencies for SOCKS support."], Failure.SOCKS, "HTTP proxy"),
        (["ERROR: 401 Client Error: Unauthorized for url: https://i.example"], Failure.REFUSED, "login"),
        ([f"{OS_ERROR}[WinError 5] Access is denied: 'C:\\x.dll'"], Failure.IN_USE, "antivirus"),
        ([f"{OS_ERROR}{_HELD}"], Failure.IN_USE, "antivirus"),
        ([f"{OS_ERROR}[WinError 4551] A policy has blocked this file"], Failure.BLOCKED, "administrator"),
        ([f"{OS_ERROR}[Errno 13] Permission denied: '/srv'"], Failure.PERMISSION, "another folder"),
        (["ERROR: [WinError 206] The filename or extension is too long"], Failure.LONG_PATH, "shorter"),
        (["ImportError: DLL load failed while importing _C"], Failure.RUNTIME, "Visual C++"),
        ([NO_MATCH], Failure.NO_MATCH, "torch==2.13.0+cpu is not offered"),
        (["Collecting a", "ERROR: Quite new", "[notice] a new pip"], Failure.OTHER, "ERROR: Quite new"),
        ([], Failure.OTHER, "said nothing"),
    ],
)
def test_a_failure_is_explained_in_plain_words(lines, failure, advice):
    assert failure_in(lines) is failure
    assert advice in explanation(lines)
