"""What pip's lines say: how far it is, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Optional


@dataclass(frozen=True)
class Download:
    """A file on its way.

    Attributes:
        name: Of the file.
        total_bytes: Its size, as pip rounds it.
    """

    name: str
    total_bytes: int

    @property
    def package(self) -> str:
        """Name of the package in it."""
        return self.name.split("-")[0].replace("_", "-")


_UNITS = {"bytes": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}
_DOWNLOAD = re.compile(r"\s*Downloading (\S*?)([^/\s]+\.whl) \(([\d.]+) (bytes|kB|MB|GB)\)")
_FILE = re.compile(r"\s*(?:Downloading|Using cached|Processing) (?:\S.*[/\\])?([^/\\\s]+\.whl)(?: \(|$)")
_PACKAGE = re.compile(r"\s*(Collecting|Requirement already satisfied:?) ([A-Za-z0-9._-]+)")


def package_in(line: str) -> str:
    """Return the package that a line turns to; "" = none."""
    match = _PACKAGE.match(line)
    return match.group(2).lower() if match else ""


def download_in(line: str) -> Optional[Download]:
    """Return the download that a line announces."""
    match = _DOWNLOAD.match(line)
    return Download(match.group(2), int(float(match.group(3)) * _UNITS[match.group(4)])) if match else None


def file_in(line: str) -> str:
    """Return the wheel that a line fetches, from wherever; "" = none."""
    match = _FILE.match(line)
    return match.group(1) if match else ""


def begins_installing(line: str) -> bool:
    """Tell whether all is downloaded and is now being unpacked."""
    return line.startswith("Installing collected packages")


class Failure(Enum):
    """Why pip failed."""

    DISK_FULL = "disk full"
    PROXY = "proxy"
    SOCKS = "SOCKS"
    CERTIFICATE = "certificate"
    REFUSED = "refused"
    NO_NETWORK = "no network"
    IN_USE = "in use"
    BLOCKED = "blocked"
    PERMISSION = "permission"
    LONG_PATH = "long path"
    RUNTIME = "runtime"
    NO_MATCH = "no match"
    OTHER = "other"


_SIGNS = (
    (
        Failure.DISK_FULL,
        r"No space left on device|Errno 28|WinError 112|not enough space on the disk|Errno 122",
    ),
    (Failure.SOCKS, r"Missing dependencies for SOCKS support"),
    (Failure.PROXY, r"\b407\b|ProxyError|Tunnel connection failed|Cannot connect to proxy"),
    (Failure.CERTIFICATE, r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError|TLS CA cert"),
    (Failure.REFUSED, r"\b(401|403) (Client )?Error|\bUnauthorized\b|\bForbidden\b"),
    (
        Failure.NO_NETWORK,
        (
            "NewConnectionError|NameResolutionError|[Nn]ame resolution|getaddrinfo failed|No route to host"
            "|Network is unreachable|timed out|TimeoutError|Max retries exceeded|RemoteDisconnected"
            "|Connection (reset|aborted|refused|broken)|IncompleteRead"
        ),
    ),
    (Failure.BLOCKED, r"WinError (1260|4551|225)\b|blocked by (group policy|your administrator)"),
    (Failure.IN_USE, r"WinError (32|5)\b|being used by another process"),
    (Failure.LONG_PATH, r"WinError 206|enable-long-paths|long path support|File name too long"),
    (Failure.PERMISSION, r"Errno 13|Permission denied|Errno 30|Read-only file system"),
    (Failure.RUNTIME, r"DLL load failed|WinError (126|1114)\b|GLIBC(XX)?_\d[\d.]*'? not found"),
    (Failure.NO_MATCH, r"No matching distribution found|Could not find a version that satisfies"),
)

_ADVICE = {
    Failure.DISK_FULL: "The disk is full: free some space, or choose a folder on another disk.",
    Failure.SOCKS: (
        "pip cannot use a SOCKS proxy: name an HTTP proxy in QGIS's network settings, or install from a "
        "folder of wheels."
    ),
    Failure.PROXY: (
        "The proxy refused the connection: check its address, user and password in QGIS's settings "
        "(Options > Network), or install from a folder of wheels."
    ),
    Failure.CERTIFICATE: (
        "A certificate could not be verified, as where a firewall reads the traffic: name your "
        "organisation's certificates in pip's configuration (cert = FILE), or use a folder of wheels."
    ),
    Failure.REFUSED: (
        "The package index refused access: check the login in pip's configuration or in the index that you "
        "named."
    ),
    Failure.NO_NETWORK: (
        "The package index could not be reached: check the network and QGIS's proxy settings and run the "
        "set-up again (what was downloaded is kept), or install from a folder of wheels."
    ),
    Failure.BLOCKED: (
        "A rule of this computer blocks new programs: ask its administrator to allow the engine's folder, "
        "or name an interpreter that is allowed."
    ),
    Failure.IN_USE: (
        "Another program, mostly an antivirus, held a file: wait a minute and run the set-up again; if it "
        "happens again, exclude the engine's folder from scanning."
    ),
    Failure.LONG_PATH: "A path is too long for this system: choose a folder with a shorter path.",
    Failure.PERMISSION: "The folder does not allow writing: choose another folder.",
    Failure.RUNTIME: (
        "A library of the system is missing or too old: on Windows install Microsoft's Visual C++ "
        "Redistributable (x64); on Linux a newer system is needed."
    ),
    Failure.NO_MATCH: (
        "is not offered for this Python and system: choose another Python (3.11 to 3.13), name an index of "
        "PyTorch builds, or put the missing wheel into the folder of wheels."
    ),
}


def failure_in(lines: Iterable[str]) -> Failure:
    """Return why pip, or a first run of what it installed, failed by its lines."""
    text = "\n".join(lines)
    return next((failure for failure, sign in _SIGNS if re.search(sign, text)), Failure.OTHER)


def explanation(lines: Iterable[str]) -> str:
    """Say in plain words why pip failed, and what to do."""
    said = list(lines)
    failure = failure_in(said)
    if failure is Failure.NO_MATCH:
        match = re.search(r"No matching distribution found for (\S+)", "\n".join(said))
        return f"{match.group(1) if match else 'A package'} {_ADVICE[failure]}"
    if failure is not Failure.OTHER:
        return _ADVICE[failure]
    errors = [line.strip() for line in said if re.match(r"\s*(ERROR|\w*Error)\b", line)]
    last = (errors or [line for line in said if line.strip()] or ["it said nothing"])[-1]
    return f"The installation failed: {last[:300]}"
