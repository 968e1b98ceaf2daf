#!/usr/bin/env bash
# The one list of what must be green: .ci/run goes through all of it, deno task ok (--quick) leaves out what takes minutes.
# Says which step runs, shows the output of those that fail, and ends with the tests' count line. A new check goes here, in
# main.
set -uo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit 1

export NO_COLOR=1
# Far more than the slowest step needs; a test that hangs shall not take the whole run's time.
readonly STEP_SECONDS=1500
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
log=$work/log
failed=()
counts=
is_quick=false

main() {
  case ${1-} in
    --quick) is_quick=true ;;
    ?*) complain "Cannot use \"$1\": the only flag is --quick" ;;
  esac
  step "Deno (installed from npm unless it is there)" ./scripts/deno --version
  # Later steps would only repeat the message.
  if [ ${#failed[@]} -gt 0 ]; then exit 1; fi
  step "format" ./scripts/deno fmt --check
  step "lint" ./scripts/deno lint
  step "types, and a complete deno.lock" ./scripts/deno check --frozen .
  step "documentation of what is exported" ./scripts/deno doc --lint main.ts lib
  step "a test for each line of docs/protocol.md" ./scripts/deno task protocol-coverage
  check_shell_scripts
  check_unit
  unless_quick want_promtool
  run_tests
  step "tests with nothing but --allow-net" ./scripts/deno test --allow-net
  unless_quick ask_validators
  unless_quick look_at_the_page
  unless_quick try_single_files

  if [ ${#failed[@]} -gt 0 ]; then
    say "FAILED:"
    printf '  %s\n' "${failed[@]}"
  fi
  if [ -n "$counts" ]; then echo "$counts"; fi
  [ ${#failed[@]} -eq 0 ]
}

say() {
  printf '== %s\n' "$1"
}

complain() {
  printf '%s\n' "$1" >&2
  exit 2
}

unless_quick() {
  if ! $is_quick; then "$@"; fi
}

# Runs a command quietly; shows what it said when it fails.
step() {
  local name=$1
  shift
  say "$name"
  if limited "$@" >"$log" 2>&1 </dev/null; then return 0; fi
  failed+=("$name")
  show_failure
  return 1
}

# Runs a command for so long at most. macOS has no timeout(1).
limited() {
  if command -v timeout >/dev/null; then timeout "$STEP_SECONDS" "$@"; else "$@"; fi
}

# The runner lists every test; what matters begins at its heading for errors.
show_failure() {
  if grep -q '^ ERRORS *$' "$log"; then sed -n '/^ ERRORS *$/,$p' "$log"; else tail -n 200 "$log"; fi
}

check_shell_scripts() {
  if command -v shellcheck >/dev/null; then
    step "shell scripts" shellcheck your_program.sh scripts/deno scripts/checks.sh scripts/build/portable_header.sh .ci/run
  else
    say "shell scripts: not checked, there is no shellcheck"
  fi
}

# The unit names files that are not installed here; others take their place.
check_unit() {
  if ! command -v systemd-analyze >/dev/null; then
    say "systemd unit: not checked, there is no systemd-analyze"
    return
  fi
  sed -e 's,/usr/local/bin/dns-forwarder,/bin/true,' -e '/^Documentation=/d' packaging/systemd/dns-forwarder.service \
    >"$work/dns-forwarder.service"
  step "systemd unit" systemd-analyze verify "$work/dns-forwarder.service"
}

# What judges metrics and rules. The tests say "not checked" where it is not; nothing is said when it cannot be had.
want_promtool() {
  if command -v promtool >/dev/null || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return; fi
  say "promtool: there is none, asking for Debian's"
  install_prometheus || { timeout 60 apt-get update && install_prometheus; } >/dev/null 2>&1
}

# RUNLEVEL: the package would start it, and nobody has asked for that.
install_prometheus() {
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive timeout 240 apt-get install --yes --no-install-recommends prometheus
} >/dev/null 2>&1 </dev/null

# The README's command; CI wants to know what the tests cover, which takes longer.
run_tests() {
  local coverage=()
  if ! $is_quick; then coverage=(--coverage="$work/coverage" --coverage-raw-data-only); fi
  # An empty array is an unset one for bash before 4.4.
  step "tests" ./scripts/deno task test ${coverage[@]+"${coverage[@]}"}
  counts=$(count_line <"$log")
  if [ -z "$counts" ]; then
    failed+=("tests: no closing line")
    return
  fi
  grep -E "$CLOSING_LINE" "$log" | tail -n 1
  unless_quick check_coverage
}

# The threshold stands in deno.json. What only tests use is not counted.
check_coverage() {
  # A process that is killed while it writes leaves a file that is empty or cut, and tests kill many: all but those whose
  # outermost brace is closed.
  find "$work/coverage" -name '*.json' -exec grep -L -x '}' {} + | while IFS= read -r cut; do rm -f -- "$cut"; done
  if step "coverage" ./scripts/deno coverage --include='(/lib/|/main\.ts$)' "$work/coverage"; then
    grep -F -e '| Branch %' -e '| All files' "$log"
  fi
}

# A signed tree of zones, and validators that ask for it through the program. What they take is not installed everywhere.
ask_validators() {
  step "validators behind the program" ./scripts/deno task test:validators || return
  if [ "$(tail -n 1 "$log")" = skipped ]; then
    say "validators behind the program: not checked, $(grep -m 1 'is not installed' "$log")"
  else
    tail -n 1 "$log"
  fi
}

# A real browser. Where there is none, and packages may be installed, one is asked for; nothing is said when that fails.
look_at_the_page() {
  if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "a browser: there is none, asking for Debian's"
    install_chromium || { timeout 60 apt-get update && install_chromium; } >/dev/null 2>&1
  fi
  step "the page in a browser" ./scripts/deno task test:page || return
  if grep -q '^skipped: ' "$log"; then
    say "the page in a browser: not checked, $(grep -m 1 -o 'neither .*' "$log")"
  else
    grep -E "$CLOSING_LINE" "$log" | tail -n 1
  fi
}

install_chromium() {
  DEBIAN_FRONTEND=noninteractive timeout 240 apt-get install --yes --no-install-recommends chromium
} >/dev/null 2>&1 </dev/null

# ok | 6 passed (2 steps) | 0 failed | 1 ignored (47ms)
readonly CLOSING_LINE='^(ok|FAILED) \| [0-9]+ passed.* \| [0-9]+ failed'

# Turns the runner's closing line into "6 passed, 0 failed, 1 skipped".
count_line() {
  grep -E "$CLOSING_LINE" | tail -n 1 | awk -F ' [|] ' '{
    for (i = 2; i <= NF; i++) { split($i, words, " "); count[words[2]] = words[1] }
    printf "%d passed, %d failed, %d skipped\n", count["passed"], count["failed"], count["ignored"]
  }'
}

# Both ways of making one file, both flavours of it, and the same test for what they made.
try_single_files() {
  try_single_file portable plain
  try_single_file portable native
  try_single_file compile plain
}

# Compiling downloads a runtime, which not every network allows.
try_single_file() {
  local name="the single file, --method $1 --flavour $2"
  say "$name"
  # Not in the user's cache.
  export DNS_FORWARDER_CACHE=$work/cache
  local build=(./scripts/deno task compile --method "$1" --flavour "$2" --output "$work/dns-forwarder")
  # The native flavour is for Linux.
  if [ "$2" = native ] && [ "$(uname -s)" != Linux ]; then return; fi
  if limited "${build[@]}" >"$log" 2>&1 </dev/null; then
    step "$name: tests" ./scripts/deno task test:built "$work/dns-forwarder"
    # Told, not judged: what else this machine does is not known.
    limited ./scripts/deno task measure:start "$work/dns-forwarder" --starts 5 2>/dev/null | grep -E '^(first|resident)'
  elif grep -qF "Cannot download Deno's runtime" "$log"; then
    say "$name: not checked, its runtime cannot be downloaded here"
  else
    failed+=("$name")
    show_failure
  fi
}

main "$@"
