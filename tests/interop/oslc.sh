#!/bin/sh
# oslc.sh TEST BINARIES: one of the tests in oslc_*.py (scenario, forms, bad_input, lyo), with the readers of rdflib.txt.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python_env.sh" rdflib)
test=$1
shift
exec "$python" "$here/oslc_$test.py" "$@"
