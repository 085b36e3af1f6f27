# What every script shares: where the cache is, how progress and failure are told.
# shellcheck shell=bash

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/xfrmd
log=$cache/setup.log

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# step TEXT COMMAND...: one line on the terminal, everything the command prints in the log; failure ends the script.
step() {
    attempt "$@"
    [[ $attempt_status -eq 0 ]] && return
    tail -n 25 "$log" >&2
    die "failed: $1. The lines above are the end of $log; call this script again once the cause is gone"
}

# attempt TEXT COMMAND...: the same, but leaves the command's status in attempt_status. Call it as a plain command:
# within "if" or "||", bash would take no notice of "set -e" inside.
attempt() {
    local text=$1 started=$SECONDS
    shift
    say "$text"
    printf '\n=== %s\n' "$text" >>"$log"
    set +e
    (
        set -e
        "$@"
    ) >>"$log" 2>&1 </dev/null
    attempt_status=$?
    set -e
    printf '=== status %d after %d s\n' "$attempt_status" $((SECONDS - started)) >>"$log"
}

# Two builds of the same cache folder at once (ctest -j, two terminals) would tread on each other.
only_one_setup_at_a_time() {
    mkdir -p "$cache"
    exec 9>"$cache/setup.lock"
    flock -n 9 || {
        say "another scripts/setup is at work, waiting for it"
        flock 9
    }
    rm -rf "$cache"/build.* # what a killed run left behind
    : >"$log"
}

# key_of TEXT...: a short name for a set of options, so that other options get another folder.
key_of() { printf '%s\n' "$@" | sha256sum | cut -c1-10; }
