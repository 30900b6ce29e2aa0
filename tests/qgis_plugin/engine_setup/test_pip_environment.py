"""What pip hears of proxies, indexes and the user's settings, and what a log never shows."""

from pathlib import Path

import pytest

from qgis_plugin.engine_setup.folders import Facts
from qgis_plugin.engine_setup.pip_environment import (
    Proxy,
    configured_indexes,
    pip_environment,
    proxy_environment,
    scrubbed,
    secrets_of,
)

SECRET = "p@ss:w/rd ß"  # noqa: S105 - of nobody


def test_a_proxy_is_named_in_both_cases_with_an_encoded_login():
    found = proxy_environment(Proxy("proxy.example", 3128, "OFFICE\\mo", SECRET))
    address = "http://OFFICE%5Cmo:p%40ss%3Aw%2Frd%20%C3%9F@proxy.example:3128"
    assert found == dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), address)


def test_excluded_addresses_become_hosts():
    excluded = ("http://maps.example:8080/wms", "tiles.example", "", "http://maps.example/other")
    found = proxy_environment(Proxy("proxy.example", excluded=excluded))
    assert found["NO_PROXY"] == found["no_proxy"] == "maps.example,tiles.example"
    assert found["HTTP_PROXY"] == "http://proxy.example"


def test_a_socks_proxy_is_named_as_such_and_no_proxy_names_nothing():
    assert proxy_environment(Proxy("p", 1080, socks=True))["https_proxy"] == "socks5h://p:1080"
    assert proxy_environment(Proxy()) == {}


FACTS = Facts(
    "linux",
    {
        "PATH": "/usr/bin",
        "HOME": "/home/mo",
        "PYTHONPATH": "/usr/share/qgis/python",
        "PIP_INDEX_URL": "https://index.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://more.example/simple",
        "PIP_FIND_LINKS": "/srv/wheels",
        "PIP_CERT": "/etc/ca.pem",
        "PIP_DEFAULT_TIMEOUT": "60",
        "PIP_TARGET": "/somewhere",
        "PIP_TRUSTED_HOST": "index.example",
        "PIP_USER": "1",
        "HTTPS_PROXY": "http://of-the-system:8080",
    },
    "/home/mo",
)


def test_the_users_own_sources_hold_but_not_where_else_to_install():
    found = pip_environment(FACTS)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_DEFAULT_TIMEOUT"):
        assert found[name] == FACTS.environment[name]
    assert not {"PIP_TARGET", "PIP_TRUSTED_HOST", "PYTHONPATH"} & set(found)
    assert found["PIP_USER"] == "0"
    assert found["HTTPS_PROXY"] == "http://of-the-system:8080"


def test_an_index_of_builds_is_asked_beside_the_users_own():
    found = pip_environment(FACTS, index="https://builds.example/cpu")
    assert found["PIP_EXTRA_INDEX_URL"] == "https://more.example/simple https://builds.example/cpu"


def test_offline_nothing_to_download_from_is_left():
    found = pip_environment(FACTS, wheels=Path("/srv/my wheels"), index="https://builds.example/cpu")
    assert not [name for name in found if name.startswith("PIP_") and "http" in found[name]]
    assert found["PIP_NO_INDEX"] == "1"
    assert found["PIP_FIND_LINKS"] == "file:///srv/my%20wheels"


def test_the_additional_indexes_of_configuration_files_are_found():
    said = (
        ":env:.cert='/etc/ca.pem'\n:env:.extra-index-url='https://of-the-environment.example'\n"
        "global.extra-index-url='\\nhttps://one.example\\nhttps://two.example'\n"
        "global.index-url='https://index.example'\ninstall.extra-index-url='https://three.example'\n"
    )
    assert configured_indexes(said) == (
        "https://one.example",
        "https://two.example",
        "https://three.example",
    )


def test_qgis_proxy_comes_before_the_systems_and_downloads_stay_on_the_disk():
    found = pip_environment(FACTS, proxy=Proxy("qgis.example", 1), temporary="/data/temporary")
    assert found["HTTPS_PROXY"] == "http://qgis.example:1"
    assert found["TMPDIR"] == found["TEMP"] == found["TMP"] == "/data/temporary"


@pytest.mark.parametrize(
    "line",
    [
        f"Proxy http://mo:{SECRET.replace('/', '%2F')}@proxy.example:3128 said 407",
        "Looking in indexes: https://token-1234567@builds.example/simple",
        "Could not use token-1234567 there",
    ],
)
def test_no_secret_reaches_a_log(line):
    index = "https://token-1234567@builds.example/simple"
    environment = pip_environment(FACTS, index=index, proxy=Proxy("p", 1, "mo", "p%40ss"))
    said = scrubbed(line, secrets_of(environment))
    assert "token-1234567" not in said
    assert "p@ss" not in said
    assert "***" in said


def test_a_line_without_secrets_stays_as_it_is():
    line = "Downloading numpy-2.4.6-cp312.whl (18.8 MB) from https://files.example/a@b.whl"
    assert scrubbed(line) == line
