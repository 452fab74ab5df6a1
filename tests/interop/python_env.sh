#!/bin/sh
# python_env.sh [awscli|notify]: makes build/venv with exactly what requirements.txt pins (build/venv-awscli
# with what awscli.txt pins, and so on), unless it is there already, and prints the path of its Python. Safe to run several
# times at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$here/../.." && pwd)/build
venv=$build/venv${1:+-$1}
requirements=$here/${1:-requirements}.txt
stamp=$venv/.requirements

mkdir -p "$build"
exec 9>"$venv.lock"
flock 9

if ! cmp -s "$requirements" "$stamp"; then
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$requirements" >&2
  cp "$requirements" "$stamp"
fi
echo "$venv/bin/python"
