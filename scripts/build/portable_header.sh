#!/bin/sh
# dns-forwarder @VERSION@ for @TARGET@, in one file. What follows the last line is its program and the Deno that runs it,
# both compressed. The first start unpacks them into a folder that is named after the content; each start runs them there.
set -eu

content='@CONTENT@'
program_octets='@PROGRAM_OCTETS@'
deno_octets='@DENO_OCTETS@'

main() {
  find_cache
  folder=$cache/$content
  is_unpacked || unpack
  # What Deno keeps for a faster start belongs to this content alone; where it cannot be written, Deno goes without.
  export DENO_DIR="$folder/deno" DENO_NO_UPDATE_CHECK=1
  # No shell stays between the program and its signals.
  exec "$folder/dns-forwarder" run @RUN_FLAGS@ "$folder/dns-forwarder.mjs" "$@"
}

find_cache() {
  if [ -n "${DNS_FORWARDER_CACHE:-}" ]; then
    cache=$DNS_FORWARDER_CACHE
  elif [ -n "${XDG_CACHE_HOME:-}" ]; then
    cache=$XDG_CACHE_HOME/dns-forwarder
  elif [ -n "${HOME:-}" ]; then
    cache=$HOME/.cache/dns-forwarder
  else
    fail "Cannot tell where to unpack: HOME is not set"
  fi
}

# The folder appears under its name when all is in it. Some systems clean caches up file by file.
is_unpacked() {
  [ -x "$folder/dns-forwarder" ] && [ -r "$folder/dns-forwarder.mjs" ]
}

unpack() {
  umask 022
  mkdir -p -- "$cache" || fail "Cannot unpack into $cache: it cannot be made"
  remove_leftovers
  fresh=$(mktemp -d "$cache/.unpacking.XXXXXX") || fail "Cannot unpack into $cache: it cannot be written"
  trap 'rm -rf -- "$fresh"' EXIT
  trap 'exit 143' HUP INT TERM
  chmod 755 "$fresh"
  # Services ignore SIGPIPE; then tail would complain that head does not want the rest.
  tail -c "$((program_octets + deno_octets))" -- "$0" 2>/dev/null | head -c "$program_octets" | gzip -dc >"$fresh/dns-forwarder.mjs" ||
    fail "Cannot unpack into $cache: it is full, or $0 is damaged"
  tail -c "$deno_octets" -- "$0" | gzip -dc >"$fresh/dns-forwarder" ||
    fail "Cannot unpack into $cache: it is full, or $0 is damaged"
  chmod 755 "$fresh/dns-forwarder"
  "$fresh/dns-forwarder" --version >/dev/null ||
    fail "Cannot run what was unpacked into $cache: programs there may be forbidden (noexec), or this is not @TARGET@ with glibc"
  # The name must not reach the disk before the content does.
  sync -- "$fresh/dns-forwarder.mjs" "$fresh/dns-forwarder" 2>/dev/null || sync
  if [ -e "$folder" ] && ! is_unpacked; then mv -- "$folder" "$fresh/incomplete"; fi
  # Another start may have been faster. Then this moves into its folder instead, and goes.
  mv -- "$fresh" "$folder" || fail "Cannot unpack into $cache: $folder cannot be made"
  rm -rf -- "${folder:?}/${fresh##*/}" "$folder/incomplete"
  trap - EXIT HUP INT TERM
}

# What killed starts have left, and versions that were unpacked long ago; one that is still in use unpacks itself again.
remove_leftovers() {
  find "$cache" -maxdepth 1 -name '.unpacking.*' -mmin +60 -exec rm -rf -- {} + 2>/dev/null || true
  find "$cache" -mindepth 2 -maxdepth 2 -name dns-forwarder.mjs -mtime +30 2>/dev/null | while read -r file; do
    # Renamed first, so that nobody finds a part of it. Who may not do this leaves it.
    if mv -- "${file%/*}" "$cache/.unpacking.old.$$" 2>/dev/null; then rm -rf -- "$cache/.unpacking.old.$$"; fi
  done
}

fail() {
  printf 'dns-forwarder: %s; set DNS_FORWARDER_CACHE to a folder of yours that can be written and executed from\n' "$1" >&2
  exit 1
}

main "$@"
