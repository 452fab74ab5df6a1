# Sourced by ./run, ./test and bench/: configures the preset `release` and builds. Expects $root. POSIX sh.

# On a terminal ninja shows its own line; elsewhere one line for each tenth is enough, and what failed.
ninja_with_progress() {
  if [ -t 1 ]; then
    NINJA_STATUS='[%f/%t, %es] ' ninja -C "$@"
    return
  fi
  log=$1/build.log
  status=$1/build.status
  { NINJA_STATUS='@%f %t ' ninja -C "$@" 2>&1; echo $? >"$status"; } | tee "$log" | awk '
    /^@[0-9]+ [0-9]+ / {
      tenth = int(10 * substr($1, 2) / $2)
      if (tenth > shown && $2 > 10) { print "  " tenth * 10 "%"; fflush(); shown = tenth }
    }'
  code=$(cat "$status")
  if [ "$code" != 0 ]; then
    sed -n '/^FAILED: /,$ { /^@[0-9]/d; p; }' "$log" >&2
  fi
  return "$code"
}

# build TARGET...
build() {
  directory=$root/build/release
  mkdir -p "$directory"
  # Two at once in one build directory would spoil each other.
  exec 9>"$root/build/.build.lock"
  flock 9
  if ! (cd "$root" && cmake --preset release) >"$directory/configure.log" 2>&1; then
    cat "$directory/configure.log" >&2
    return 1
  fi
  ninja_with_progress "$directory" "$@" || return 1
  exec 9>&-
}
