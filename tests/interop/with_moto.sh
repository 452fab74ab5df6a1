#!/bin/sh
# with_moto.sh <test program>: runs it beside a moto server that checks every signature and permission.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python_env.sh")
exec "$python" "$here/with_moto.py" "$@"
