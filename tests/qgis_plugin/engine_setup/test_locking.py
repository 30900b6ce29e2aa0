"""Two QGIS never set up the same folder at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qgis_plugin.engine_setup.errors import SetUpError
from qgis_plugin.engine_setup.locking import LOCK, alone

ROOT = Path(__file__).resolve().parents[3]
HOLDER = (
    "import sys, time\n"
    f"sys.path.insert(0, {str(ROOT)!r})\n"
    "from pathlib import Path\n"
    "from qgis_plugin.engine_setup.locking import alone\n"
    "with alone(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(600)\n"
)


def test_another_process_is_kept_out_and_named_until_it_is_gone(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SetUpError, match=str(holder.pid)), alone(tmp_path):
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert (tmp_path / LOCK).read_text(encoding="ascii") == str(holder.pid)
    with alone(tmp_path):
        pass


def test_the_same_process_is_kept_out_too(tmp_path):
    """As by the toolbox while the dialog is at work."""
    with alone(tmp_path), pytest.raises(SetUpError, match="Another QGIS"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_a_folder_in_the_place_of_the_lock_is_named(tmp_path):
    (tmp_path / LOCK).mkdir()
    with pytest.raises(SetUpError, match=f"delete {LOCK}"), alone(tmp_path):
        pass


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="needs a system that can refuse links")
def test_what_a_link_of_the_locks_name_leads_to_stays(tmp_path):
    target = tmp_path / "thesis.odt"
    target.write_text("years of work", encoding="utf-8")
    (tmp_path / LOCK).symlink_to(target)
    with pytest.raises(SetUpError, match="cannot be locked"), alone(tmp_path):
        pass
    assert target.read_text(encoding="utf-8") == "years of work"
