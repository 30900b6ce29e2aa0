"""The built plugin comes into the profile that the user means."""

from pathlib import Path

import pytest

from scripts import install_plugin, package


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return package.build(tmp_path_factory.mktemp("dist"))


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, "home/.local/share/QGIS"),
        ("linux", {"XDG_DATA_HOME": "/elsewhere"}, "/elsewhere/QGIS"),
        ("linux", {}, "home/.var/app/org.qgis.qgis/data/QGIS"),
        ("darwin", {}, "home/Library/Application Support/QGIS"),
        ("win32", {"APPDATA": "roaming"}, "roaming/QGIS"),
    ],
)
def test_profiles_are_looked_for_where_qgis_keeps_them(platform, environment, folder):
    assert Path(folder) in install_plugin.data_folders(platform, environment, Path("home"))


def test_the_profile_is_chosen_or_the_user_told_how(tmp_path):
    old, new = (tmp_path / major / "profiles/default" for major in ("QGIS3", "QGIS4"))
    with pytest.raises(SystemExit, match="Start QGIS once"):
        install_plugin.choose_profile("", install_plugin.default_profiles([tmp_path]))
    old.mkdir(parents=True)
    assert install_plugin.choose_profile("", install_plugin.default_profiles([tmp_path])) == old
    new.mkdir(parents=True)
    with pytest.raises(SystemExit, match="There are 2 default profiles"):
        install_plugin.choose_profile("", install_plugin.default_profiles([tmp_path]))
    assert install_plugin.choose_profile(str(new), [old, new]) == new
    with pytest.raises(SystemExit, match="There is no profile"):
        install_plugin.choose_profile(str(tmp_path / "typo"), [old])


@pytest.mark.parametrize("before", ["nothing", "an older version", "a link to a checkout"])
def test_an_installation_replaces_the_older_one_whole(built, tmp_path, before):
    plugins, checkout = tmp_path / "python/plugins", tmp_path / "checkout"
    plugins.mkdir(parents=True)
    if before == "an older version":
        (plugins / "plumbline").mkdir()
        (plugins / "plumbline/gone_since.py").touch()
    elif before == "a link to a checkout":
        checkout.mkdir()
        (checkout / "own_work.py").touch()
        (plugins / "plumbline").symlink_to(checkout)
    target = install_plugin.install(built, tmp_path)
    assert target == plugins / "plumbline"
    assert (target / "metadata.txt").is_file()
    assert not (target / "gone_since.py").exists()
    assert before != "a link to a checkout" or (checkout / "own_work.py").exists()
    assert list(plugins.iterdir()) == [target]
    assert list(plugins.parent.iterdir()) == [plugins]
