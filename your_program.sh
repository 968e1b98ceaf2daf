#!/bin/sh
# Runs the program, from whatever folder it is called in: ./your_program.sh --resolver 8.8.8.8:53
set -eu
root=$(dirname -- "$(readlink -f -- "$0")")

main() {
  # Only with settings from a file, to import some, or to reach the running program it has to do with files, and with the
  # variables that these may refer to.
  if reads_files "$@"; then
    set -- --allow-read --allow-write=/run,/var/lib/dns-forwarder,/var/log/dns-forwarder --allow-env='DNSF_*,HOSTNAME,CREDENTIALS_DIRECTORY' "$root/main.ts" "$@"
  else
    set -- "$root/main.ts" "$@"
  fi
  exec "$root/scripts/deno" run --no-prompt --allow-net --allow-sys=osUptime,inspector --config "$root/deno.json" "$@"
}

reads_files() {
  case ${1-} in
  status | reload | flush | pause | resume | lists | refresh | explain | top | queries | token) return 0 ;;
  esac
  has_resolver=false
  for argument in "$@"; do
    case $argument in
    --config | --config=* | check-config | print-config | import) return 0 ;;
    --resolver | --resolver=*) has_resolver=true ;;
    esac
  done
  ! $has_resolver && [ -e /etc/dns-forwarder/config.toml ]
}

main "$@"
