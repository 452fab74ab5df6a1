#!/bin/sh
# openapi_valid.sh PRINT_OPENAPI: the document against a validator that others wrote.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python_env.sh")
exec "$python" "$here/openapi_valid.py" "$@"
