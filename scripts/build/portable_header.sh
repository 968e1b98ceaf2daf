#!/bin/sh
# dns-forwarder @VERSION@ for @TARGET@, in one file. What follows the last line is its program and the Deno that runs it,
# both compressed. The first start unpacks them into a folder that is named after the content; each start runs them there.
set -eu

content='@CONTENT@'
program_octets='@PROGRAM_OCTETS@'
deno_octets='@DENO_OCTETS@'

main() {
  command=${1:-}
  find_folder
  # What Deno keeps for a faster start belongs to this content alone; where it cannot be written, Deno goes without.
  export DENO_DIR="$folder/deno" DENO_NO_UPDATE_CHECK=1
  program=$folder/dns-forwarder.mjs
  if reads_files "$@"; then set -- @FILE_RUN_FLAGS@ "$program" "$@"; else set -- @RUN_FLAGS@ "$program" "$@"; fi
  # No shell stays between the program and its signals.
  exec "$folder/dns-forwarder" run "$@"
}

# Whether settings or certificates come from files, or could, or the running program is to be reached: then it may read files.
reads_files() {
  case ${1-} in @FILE_COMMANDS@) return 0 ;; esac
  has_resolver=false
  for argument in "$@"; do
    case $argument in
    --config | --config=* | check-config | print-config | import | --certificate | --certificate=* | *ca=/*) return 0 ;;
    --resolver | --resolver=*) has_resolver=true ;;
    esac
  done
  ! $has_resolver && [ -e /etc/dns-forwarder/config.toml ]
}

# A service, a timer or a container may have no HOME, or one where nothing can be written, so there are several places.
find_folder() {
  umask 022
  user=$(id -u)
  why=''
  if [ -n "${DNS_FORWARDER_CACHE:-}" ]; then
    if use "$DNS_FORWARDER_CACHE"; then return; fi
    fail
  fi
  if [ -n "${XDG_CACHE_HOME:-}" ] && use "$XDG_CACHE_HOME/dns-forwarder"; then return; fi
  if [ -n "${HOME:-}" ] && use "$HOME/.cache/dns-forwarder"; then return; fi
  if use /var/cache/dns-forwarder; then return; fi
  if use_shared "/tmp/dns-forwarder-$user"; then return; fi
  fail
}

# Whether the program is in the cache $1 at last; then "folder" says where, otherwise "why" says why not.
use() {
  cache=$1
  folder=$cache/$content
  mkdir -p -- "$cache" 2>/dev/null || { cannot "it cannot be made"; return; }
  is_safe "$cache" || { cannot "others own it or can write to it"; return; }
  if [ -e "$folder" ] && ! is_safe "$folder"; then cannot "$folder was made by somebody else"; return; fi
  is_unpacked || unpack
}

# The same where everybody may make folders. What has the name already may be another's trap: it must be a folder, ours,
# and closed to all others. Only its owner can move it away: /tmp is sticky.
use_shared() {
  cache=$1
  mkdir -m 700 -- "$cache" 2>/dev/null || [ -d "$cache" ] || { cannot "it cannot be made"; return; }
  case $(ls -ldn -- "$cache" 2>/dev/null) in
  drwx------*) ;;
  *)
    cannot "it is not a folder of its owner alone"
    return
    ;;
  esac
  [ "$(owner "$cache")" = "$user" ] || { cannot "it belongs to somebody else"; return; }
  use "$cache"
}

# Whether nobody but this user and root can put anything into the folder $1, or another folder in its place.
is_safe() {
  case $(owner "$1/.") in
  "$user" | 0) ;;
  *) return 1 ;;
  esac
  case $(ls -ldn -- "$1/.") in
  ?????w* | ????????w*) return 1 ;;
  esac
  case $(ls -ldn -- "$1/..") in
  ????????w[!tT]*) return 1 ;;
  esac
}

owner() {
  # Mode, links, owner. POSIX has no stat(1).
  # shellcheck disable=SC2012
  ls -ldn -- "$1" 2>/dev/null | { read -r _ _ uid _ && printf %s "$uid"; }
}

# The folder appears under its name when all is in it. Some systems clean caches up file by file.
is_unpacked() {
  [ -x "$folder/dns-forwarder" ] && [ -r "$folder/dns-forwarder.mjs" ]
}

unpack() {
  remove_leftovers
  fresh=$(mktemp -d "$cache/.unpacking.XXXXXX" 2>/dev/null) || { cannot "it cannot be written"; return; }
  trap 'rm -rf -- "$fresh"' EXIT
  trap 'exit 143' HUP INT TERM
  if ! fill; then
    rm -rf -- "$fresh"
    trap - EXIT HUP INT TERM
    return 1
  fi
  trap - EXIT HUP INT TERM
}

fill() {
  chmod 755 "$fresh"
  # Services ignore SIGPIPE; then tail would complain that head does not want the rest. What fails, first or second, ends here.
  # shellcheck disable=SC2015
  { tail -c "$((program_octets + deno_octets))" -- "$0" | head -c "$program_octets" | gzip -dc >"$fresh/dns-forwarder.mjs"; } 2>/dev/null &&
    { tail -c "$deno_octets" -- "$0" | gzip -dc >"$fresh/dns-forwarder"; } 2>/dev/null ||
    { cannot "it is full, or $0 is damaged"; return; }
  chmod 755 "$fresh/dns-forwarder"
  "$fresh/dns-forwarder" --version >/dev/null 2>&1 ||
    { cannot "programs there may be forbidden (noexec), or this is not @TARGET@ with glibc"; return; }
  # The name must not reach the disk before the content does.
  sync -- "$fresh/dns-forwarder.mjs" "$fresh/dns-forwarder" 2>/dev/null || sync
  if [ -e "$folder" ] && ! is_unpacked; then
    mv -- "$folder" "$fresh/incomplete" || { cannot "$folder cannot be replaced"; return; }
  fi
  # Another start may have been faster. Then this moves into its folder instead, and goes.
  mv -- "$fresh" "$folder" || { cannot "$folder cannot be made"; return; }
  rm -rf -- "${folder:?}/${fresh##*/}" "$folder/incomplete"
}

# What killed starts have left, and versions that were unpacked long ago; one that is still in use unpacks itself again.
remove_leftovers() {
  find "$cache" -maxdepth 1 -name '.unpacking.*' -mmin +60 -exec rm -rf -- {} + 2>/dev/null || true
  find "$cache" -mindepth 2 -maxdepth 2 -name dns-forwarder.mjs -mtime +30 2>/dev/null | while read -r file; do
    # Renamed first, so that nobody finds a part of it. Who may not do this leaves it.
    if mv -- "${file%/*}" "$cache/.unpacking.old.$$" 2>/dev/null; then rm -rf -- "$cache/.unpacking.old.$$"; fi
  done
}

# Notes why the cache is of no use.
cannot() {
  why="${why:+$why, }$cache: $1"
  return 1
}

fail() {
  printf 'dns-forwarder: Cannot unpack into %s; set DNS_FORWARDER_CACHE to a folder of yours that can be written and executed from, and that others cannot write to\n' "$why" >&2
  # 1 would say that the server is not healthy, and nobody has asked it.
  if [ "$command" = check ]; then exit 3; fi
  exit 1
}

main "$@"
