#!/bin/sh
# Runs the program, from whatever folder it is called in: ./your_program.sh --resolver 8.8.8.8:53
set -eu
root=$(dirname -- "$(readlink -f -- "$0")")
# What is imported is read from files.
case ${1-} in import) read=--allow-read ;; *) read= ;; esac
# shellcheck disable=SC2086 # Nothing where there is nothing to read.
exec "$root/scripts/deno" run --no-prompt --allow-net --allow-sys=osUptime,inspector $read --config "$root/deno.json" "$root/main.ts" "$@"
