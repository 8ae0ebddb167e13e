# The Python environment in .venv, made once and again only when its requirements change; sourced after
# steps.sh. A stamp keeps the requirements' hash, so that a second start needs no network.

VENV=.venv

# find_python: sets PYTHON to a Python of at least 3.11 that can make virtual environments, or ends.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            PYTHON=$candidate
            "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
                stop_with "This Python cannot make virtual environments. Install what is missing: sudo apt-get install -y python3-venv"
            return
        fi
    done
    stop_with "Python 3.11 or newer is needed. Install it: sudo apt-get install -y python3 python3-venv"
}

wanted() {
    cat "$@" | sha256sum | cut -d' ' -f1
}

is_ready() { # STAMP FILE...
    local stamp=$1
    shift
    "$VENV/bin/python" -c '' 2>/dev/null && [ "$(cat "$VENV/$stamp" 2>/dev/null)" = "$(wanted "$@")" ]
}

pip_install() {
    # --no-compile: bytecode of the few modules that are imported comes with their first import.
    "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --no-compile --progress-bar off "$@"
}

install_runtime() {
    # A folder that was moved or half made cannot be trusted; making it again is cheap.
    "$VENV/bin/python" -m pip --version 2>/dev/null || rm -rf "$VENV"
    [ -d "$VENV" ] || "$PYTHON" -m venv "$VENV" || return 1
    pip_install -r requirements.txt || return 1
    pip_install --no-deps --no-build-isolation -r requirements-gfpgan.txt || return 1
    wanted requirements.txt requirements-gfpgan.txt >"$VENV/.runtime"
}

install_dev() {
    pip_install -r requirements-dev.txt && wanted requirements-dev.txt >"$VENV/.dev"
}

INSTALL_HINT="The packages could not be installed. Check that a Python package index can be reached and that the
disk has 3 GB free, then run the same command again: it goes on where it stopped."

# environment LABEL [dev]
environment() {
    if is_ready .runtime requirements.txt requirements-gfpgan.txt; then
        step "$1" "" true
    else
        find_python
        step "$1, installing (about a minute)" "$INSTALL_HINT" install_runtime
    fi
    if [ "${2:-}" = dev ] && ! is_ready .dev requirements-dev.txt; then
        step "$1 for development, installing" "$INSTALL_HINT" install_dev
    fi
}
