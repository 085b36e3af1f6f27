# What every script shares: where the cache is, how progress and failure are told.
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-$HOME/.cache}/xfrmd
log=$cache/setup.log

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# step TEXT COMMAND...: one line on the terminal, everything the command prints in the log.
step() {
    local text=$1 status=0 started=$SECONDS
    shift
    say "$text"
    printf '\n=== %s\n' "$text" >>"$log"
    # Not "( ... ) || status=$?": there, "set -e" would be off inside the command.
    set +e
    (
        set -e
        "$@"
    ) >>"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [[ $status -ne 0 ]]; then
        tail -n 25 "$log" >&2
        die "failed: $text. The lines above are the end of $log; run scripts/setup again once the cause is gone"
    fi
    printf '=== took %d s\n' $((SECONDS - started)) >>"$log"
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
