#!/bin/sh
# install.sh VENV LOCK: make the virtual environment if it is not there, install exactly what the lock says, then the
# checkout itself. Everything comes with its hash; nothing is worked out anew.
set -eu
venv=$1
lock=$2

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "Qingyuan needs Python 3.11 or newer; none was found (set PYTHON=/path/to/python3)." >&2
    exit 1
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    # Debian keeps the part of `venv` that brings pip in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "Installing $package from the system's packages …"
            apt-get install -y -q "$package" >/dev/null ||
                { apt-get update -q >/dev/null && apt-get install -y -q "$package" >/dev/null; }
        else
            echo "$python has no venv module. As root: apt-get install $package   (then run make again)" >&2
            exit 1
        fi
    fi
    echo "Making the virtual environment in $venv with $python …"
    "$python" -m venv --clear "$venv"
fi

echo "Installing what $lock names …"
pip="$venv/bin/python -m pip --disable-pip-version-check --quiet"
# Bytecode is made when a module is first imported: most of what is installed never is.
$pip install --no-compile --require-hashes --requirement "$lock"
$pip install --no-deps --no-build-isolation --no-index --editable .
