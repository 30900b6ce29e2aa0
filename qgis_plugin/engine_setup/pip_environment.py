"""What pip is given as its environment: the user's own settings of pip, QGIS's proxy, and little else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional
from urllib.parse import quote, urlsplit

from ..engine_client.environment import child_environment
from .folders import Facts

_KEPT = (
    "PIP_CONFIG_FILE",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_RETRIES",
    "PIP_PROXY",
    "PIP_CACHE_DIR",
)
"""Where packages come from and how they are reached.

What says where they go is not kept, and neither is trust in hosts without certificates."""

_SOURCES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_PROXY")
EXTRA_INDEX = "PIP_EXTRA_INDEX_URL"


@dataclass(frozen=True)
class Proxy:
    """A proxy as QGIS's settings name it.

    Attributes:
        host: "" = none.
        port: 0 = the usual one.
        user: "" = none is asked for.
        password: Of the user.
        socks: Whether it speaks SOCKS 5 instead of HTTP.
        excluded: Addresses or hosts that are reached directly.
    """

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    socks: bool = False
    excluded: tuple[str, ...] = ()


def _host(address: str) -> str:
    """Return the host of an address as users write it, with or without a scheme."""
    return urlsplit(address if "//" in address else f"//{address}").hostname or ""


def proxy_environment(proxy: Proxy) -> dict[str, str]:
    """Return the variables that lead a program through a proxy; programs differ in which case they read."""
    if not proxy.host:
        return {}
    login = quote(proxy.user, safe="")
    if proxy.password:
        login += ":" + quote(proxy.password, safe="")
    scheme = "socks5h" if proxy.socks else "http"
    address = f"{scheme}://{login + '@' if login else ''}{proxy.host}{f':{proxy.port}' if proxy.port else ''}"
    direct = ",".join(dict.fromkeys(filter(None, (_host(each) for each in proxy.excluded))))
    variables = {"HTTP_PROXY": address, "HTTPS_PROXY": address, **({"NO_PROXY": direct} if direct else {})}
    return {**variables, **{name.lower(): value for name, value in variables.items()}}


def pip_environment(
    facts: Facts,
    *,
    inside_qgis: Iterable[str] = (),
    proxy: Optional[Proxy] = None,
    index: str = "",
    wheels: Optional[Path] = None,
    temporary: str = "",
) -> dict[str, str]:
    """Return the environment for pip.

    Args:
        facts: Of the machine.
        inside_qgis: Folders of QGIS.
        proxy: QGIS's.
        index: Address of one more index, offered beside what the user's settings name.
        wheels: Folder to install from instead of any index or other folder.
        temporary: Folder for downloads on their way; "" = the system's.
    """
    base = child_environment(facts.environment, platform=facts.system, inside_qgis=tuple(inside_qgis))
    kept = {name: facts.environment[name] for name in _KEPT if name in facts.environment}
    if wheels is not None:
        kept = {name: value for name, value in kept.items() if name not in _SOURCES}
        # As an address, for pip divides such values at spaces.
        kept.update({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.absolute().as_uri()})
    elif index:
        kept[EXTRA_INDEX] = " ".join(filter(None, (kept.get(EXTRA_INDEX), index)))
    # A configuration file may ask for these, and they fail within a virtual environment.
    kept.update({"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"})
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary) if temporary else {}
    return {**base, **kept, **proxy_environment(proxy or Proxy()), **places}


def configured_indexes(said: str) -> tuple[str, ...]:
    r"""Return the additional indexes of pip's configuration files, from what ``pip config list`` says.

    >>> configured_indexes("global.extra-index-url='https://one.example https://two.example'")
    ('https://one.example', 'https://two.example')
    """
    found = re.findall(r"^[a-z]+\.extra-index-url='(.*)'$", said, re.MULTILINE)
    return tuple(part for value in found for part in value.replace("\\n", " ").split())


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names and passwords within addresses in an environment, as written and as meant."""
    found = []
    for value in environment.values():
        for login in re.findall(r"://([^/@\s]+)@", value):
            password = login.partition(":")[2] or login
            found += [login, password]
    return tuple(dict.fromkeys(found))


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a line for a log: addresses lose their logins, and nothing secret remains.

    >>> scrubbed("Looking in indexes: https://token@example.org/simple")
    'Looking in indexes: https://***@example.org/simple'
    """
    text = re.sub(r"://[^/@\s]+@", "://***@", text)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
