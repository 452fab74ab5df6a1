# Sourced by ./run, ./test and bench/: what of apt-packages.txt is missing, and getting it.
# Expects $root, the checkout. POSIX sh.

# The entries of the named sections, one a line; "" is the first section.
wanted_packages() {
  for section in "$@"; do
    awk -v wanted="$section" '
      /^[ \t]*(#|$)/ { next }
      /^\[.*\]$/     { section = substr($0, 2, length($0) - 2); next }
      section == wanted { print $1 }' "$root/apt-packages.txt"
  done
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

is_available() {
  apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# Entries of which no alternative is installed. An optional one is missing only if it can be had.
missing_entries() {
  for entry in $(wanted_packages "$@"); do
    found=no
    for name in $(echo "${entry%\?}" | tr '|' ' '); do
      if is_installed "$name"; then found=yes; fi
    done
    if [ $found = no ]; then echo "$entry"; fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Quiet unless it fails.
apt_quietly() {
  log=$(mktemp)
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
      -o Dpkg::Use-Pty=0 -o APT::Acquire::Retries=3 "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    echo "apt-get $* failed." >&2
    return 1
  fi
}

# The packages to install for these entries: for each the first alternative that can be had.
choose_packages() {
  for entry in "$@"; do
    chosen=
    for name in $(echo "${entry%\?}" | tr '|' ' '); do
      if [ -z "$chosen" ] && is_available "$name"; then chosen=$name; fi
    done
    case $chosen,$entry in
      ?*,*) echo "$chosen" ;;
      *\?) ;;
      *) echo "This distribution has no package $entry. Debian 12 and Ubuntu 24.04 have them all." >&2
         return 1 ;;
    esac
  done
}

# only_optional ENTRY...: whether none of them has to be there.
only_optional() {
  for entry in "$@"; do
    case $entry in *\?) ;; *) return 1 ;; esac
  done
}

install_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "No dpkg here: see to what apt-packages.txt lists yourself." >&2
    return 0
  fi
  missing=$(missing_entries "$@")
  if [ -z "$missing" ]; then return 0; fi
  # An optional package that this distribution does not have is no reason to ask the network again.
  # shellcheck disable=SC2086
  if only_optional $missing && [ -z "$(choose_packages $missing)" ]; then return 0; fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    echo "These packages are missing, and there is no sudo to install them with:" >&2
    echo $missing >&2
    return 1
  fi
  echo "Missing packages:" $missing
  apt_quietly update
  # shellcheck disable=SC2086
  chosen_packages=$(choose_packages $missing)
  if [ -z "$chosen_packages" ]; then return 0; fi
  echo "Installing $(echo "$chosen_packages" | wc -l | tr -d ' ') packages with apt-get (nothing is removed) ..."
  # shellcheck disable=SC2086
  apt_quietly install --yes --no-install-recommends --no-remove $chosen_packages
}
