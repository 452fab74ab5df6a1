#!/bin/sh
# Proves the two commands on a machine that has nothing: makes a bare Debian 12 root, puts this commit
# into it, and runs them there as a plain user with sudo. Run as root; needs mmdebstrap.
#
#   scripts/bare-root.sh [--keep] [once|test|all]      default: all
#
# The root's apt (and pip, where this machine has a configuration for it) is set up as this machine's is.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
keep=
what=all
for word; do
  case $word in
    --keep) keep=yes ;;
    once|test|all) what=$word ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "Run this as root: it makes a root of its own and enters it." >&2; exit 1; }

bare=$(mktemp -d /var/tmp/mayfly-bare-XXXXXX)
chmod 755 "$bare"
finish() {
  for mount in dev/pts dev/shm dev proc sys; do umount -l "$bare/$mount" 2>/dev/null || true; done
  if [ -z "$keep" ]; then rm -rf --one-file-system "$bare"; else echo "Kept: $bare"; fi
}
trap finish EXIT INT TERM

sources=$(find /etc/apt/sources.list /etc/apt/sources.list.d -name '*.list' -o -name 'debian.sources' 2>/dev/null |
  xargs -r grep -lE '^(deb|Types)' || true)
options=
for file in /etc/apt/apt.conf.d/*; do
  if grep -qiE 'proxy|verify-peer|cainfo|retries' "$file" 2>/dev/null; then options="$options --aptopt=$file"; fi
done
echo "Making a bare Debian 12 in $bare ..."
# shellcheck disable=SC2086
mmdebstrap --quiet --variant=minbase --include=sudo,git,ca-certificates $options bookworm "$bare" $sources

for file in /etc/pip.conf /etc/resolv.conf; do
  if [ -e "$file" ]; then cp -L "$file" "$bare$file"; fi
done
if [ -d /usr/local/share/ca-certificates ]; then
  mkdir -p "$bare/usr/local/share/ca-certificates"
  cp -r /usr/local/share/ca-certificates/. "$bare/usr/local/share/ca-certificates/"
  chroot "$bare" update-ca-certificates > /dev/null 2>&1
fi
mount -t proc proc "$bare/proc"
# Slaves, so that what is unmounted at the end is unmounted only here.
mount --rbind --make-rslave /sys "$bare/sys"
mount --rbind --make-rslave /dev "$bare/dev"
chroot "$bare" useradd -m -s /bin/bash ann
echo 'ann ALL=(ALL) NOPASSWD:ALL' > "$bare/etc/sudoers.d/ann"
# As Debian's installer leaves it: a machine knows its own name.
printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" > "$bare/etc/hosts"
chroot "$bare" su - ann -c 'mkdir mayfly'
git -C "$root" archive HEAD | chroot "$bare" su - ann -c 'tar x -C mayfly'

packages() { chroot "$bare" dpkg-query -W -f '${Package}\n' | sort; }
packages > "$bare/before"
run() {
  began=$(date +%s)
  code=0
  chroot "$bare" su - ann -c "cd / && ~/mayfly/$1" || code=$?
  echo "=== $1: exit $code after $(($(date +%s) - began)) s"
  [ $code = 0 ] || exit $code
}
if [ $what != test ]; then run "run --once"; fi
if [ $what != once ]; then run test; fi
packages > "$bare/after"
echo "=== $(comm -13 "$bare/before" "$bare/after" | wc -l) packages were installed, $(wc -l < "$bare/before") were there"
