# What a storm costs the daemon: memory, processor time, and how long its API takes to answer.
# shellcheck shell=bash

declare -A watch_pid=()

# memory_of HOST: what its daemon has in memory, in KiB.  cpu_of HOST: the processor time it has had, in milliseconds.
memory_of() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/${daemon_pid[$1]}/status"; }
cpu_of() { awk -v tick="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / tick) }' "/proc/${daemon_pid[$1]}/stat"; }

# lines_of HOST: how long its log is.
lines_of() { wc -l <"$out/$1.log"; }

# now_ms: the guest's age in milliseconds.
now_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }

# watch_answers HOST: from now on asks that xfrmd something, again and again, until "slowest HOST" is called: that sets
# `slowest` to the most milliseconds that an answer took.
watch_answers() {
    rm -f "/run/$1/watched"
    watch_loop "$1" >"/run/$1/answers" &
    watch_pid[$1]=$!
}
watch_loop() {
    local start
    while [[ ! -e /run/$1/watched ]]; do
        start=$(now_ms)
        xfrmctl "$1" system info >/dev/null || echo 999999
        echo $(($(now_ms) - start))
        sleep 0.2
    done
}
slowest() {
    touch "/run/$1/watched"
    wait "${watch_pid[$1]}"
    # shellcheck disable=SC2034  # read by scenarios
    slowest=$(sort -n "/run/$1/answers" | tail -n 1)
}
