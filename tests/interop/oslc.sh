#!/bin/sh
# oslc.sh BINARIES: the scenario of oslc_scenario.py, with rdflib.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python_env.sh" rdflib)
exec "$python" "$here/oslc_scenario.py" "$@"
