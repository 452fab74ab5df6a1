#!/bin/sh
# What has threads, under ThreadSanitizer: builds the preset `tsan`, runs the tests of the rooms that share anything
# between threads and the whole programs end to end, a minute of chaos among them. Half an hour on two cores, so it
# is no part of ./test. Any report is a failure, also of a server that its test killed: build/tsan/reports has them.
#
#   scripts/tsan.sh                              all of that
#   scripts/tsan.sh -R '^(http_test|e2e_tls)'    what ctest is told instead
#   MAYFLY_CHAOS_SECONDS=600 scripts/tsan.sh -R chaos
#
# Needs libclang-rt-19-dev. What it links is not instrumented: OpenSSL, curl, SQLite, spdlog, prometheus. Their locks
# are seen (they are pthread's), their memory is not. scripts/tsan.supp has what is not reported, and why.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
if [ $# -eq 0 ]; then
  rooms='core|model|http|clouds_.*|store_.*|mail|notify|engine|service|rest|oslc|cli|server|cloudsim'
  set -- -R "^($rooms|rest_contract|oslc_contract)_test\$|^e2e_|^interop_oslc_scenario\$"
fi

cmake --preset tsan >/dev/null
ninja -C build/tsan mayfly cloudsim all_tests

reports=$root/build/tsan/reports
rm -rf "$reports"
mkdir -p "$reports"
# io_sync=0: two threads that use sockets are not thereby in order.
TSAN_OPTIONS="log_path=$reports/report second_deadlock_stack=1 history_size=4 io_sync=0 suppressions=$root/scripts/tsan.supp"
# By its own path: the sanitizer does not take Debian's link.
symbolizer=$(command -v llvm-symbolizer-19 || command -v llvm-symbolizer || true)
if [ -n "$symbolizer" ]; then
  TSAN_OPTIONS="$TSAN_OPTIONS external_symbolizer_path=$(readlink -f "$symbolizer")"
fi
export TSAN_OPTIONS
export MAYFLY_CHAOS_SECONDS="${MAYFLY_CHAOS_SECONDS:-60}"

code=0
ctest --test-dir build/tsan --output-on-failure --no-tests=error --parallel "$(nproc)" "$@" || code=$?
found=$(cat "$reports"/* 2>/dev/null | grep -c '^WARNING: ThreadSanitizer' || true)
echo "$found reports of ThreadSanitizer"
[ "$found" -eq 0 ] || { cat "$reports"/* | grep '^SUMMARY' | sort | uniq -c; exit 1; }
exit "$code"
