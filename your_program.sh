#!/bin/sh
# Runs the program, from whatever folder it is called in: ./your_program.sh --resolver 8.8.8.8:53
set -eu
root=$(dirname -- "$(readlink -f -- "$0")")
exec "$root/scripts/deno" run --no-prompt --allow-net --allow-sys=osUptime,inspector --config "$root/deno.json" "$root/main.ts" "$@"
