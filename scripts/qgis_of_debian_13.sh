#!/bin/sh
# Make a folder with Debian 13 and its QGIS, and print the path of a program that runs its Python; the program
# qgis_process beside it runs the other one. Needs root, for debootstrap and chroot. The checkout and /tmp are
# seen inside under the same paths, the machine itself under /host, and /engine_python runs the checkout's
# interpreter there.
# usage: qgis_of_debian_13.sh FOLDER
set -eu
root=$1
here=$(cd "$(dirname "$0")/.." && pwd)
packages="qgis python3-qgis qgis-providers python3-venv"

if [ "$(id -u)" != 0 ]; then
    echo "Debian 13's QGIS is tried in a folder of its own, which needs root." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if [ ! -e "$root/.ready" ]; then
    command -v debootstrap >/dev/null || {
        apt-get update --quiet=2 >&2
        apt-get install --quiet=2 --yes --no-install-recommends debootstrap >&2
    }
    mkdir -p "$root"
    debootstrap --variant=minbase trixie "$root" >"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; exit 1; }
    # The machine's own settings of apt (certificates, mirrors) hold inside as well.
    for settings in /etc/apt/apt.conf.d /etc/ssl/certs; do
        mkdir -p "$root$settings"
        cp -rL "$settings/." "$root$settings/" 2>/dev/null || true
    done
    chroot "$root" apt-get update --quiet=2 >>"$root.log" 2>&1
    # shellcheck disable=SC2086
    chroot "$root" apt-get install --quiet=2 --yes --no-install-recommends $packages >>"$root.log" 2>&1 ||
        { tail -n 5 "$root.log" >&2; exit 1; }
    touch "$root/.ready"
fi
mkdir -p "$root/tmp" "$root$here" "$root/host"
cat >"$root/engine_python" <<EOF
#!/bin/sh
exec chroot /host "$here/.venv/bin/python" "\$@"
EOF
# Mounts live in a namespace of their own and end with the program: nothing stays mounted in the folder.
# The script around qgis_process.bin would add options to it that only the desktop knows.
for program in python=python3 qgis_process=qgis_process.bin; do
    cat >"$root/${program%=*}" <<EOF
#!/bin/sh
exec unshare --mount --propagation private sh -c '
    mount --rbind / "$root/host" && mount --bind /tmp "$root/tmp" && mount --bind "$here" "$root$here" && mount -t proc proc "$root/proc" &&
    exec chroot "$root" /usr/bin/env --chdir="$here" /usr/bin/${program#*=} "\$@"' ${program%=*} "\$@"
EOF
done
chmod +x "$root/engine_python" "$root/python" "$root/qgis_process"
echo "$root/python"
