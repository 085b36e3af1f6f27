# scripts/bench lag: how long IKE waits while clients attack the management sockets. Sourced by scripts/bench, which sets project
# and json.
# shellcheck shell=bash

lag_seconds=10
lag_port=15500
on_first=() on_others=()
[[ $(nproc) -eq 1 ]] || on_first=(taskset -c 0) on_others=(taskset -c "1-$(($(nproc) - 1))")

bench_lag() {
    local work
    work=$(mktemp -d)
    trap 'end_lag "'"$work"'"' EXIT
    start_for_lag "$work"
    measure_lag quiet
    attack vici "$work/vici.sock" && measure_lag vici && wait "$attacker"
    attack api "$work/api.sock" && measure_lag api && wait "$attacker"
    show_lag <"$work/rows"
}

end_lag() {
    [[ -z ${responder_pid:-} ]] || kill "$responder_pid" 2>/dev/null || :
    rm -rf "$1"
}

# Every first request is answered with a cookie: no key exchange, and nothing that stays. The daemon has a processor for
# itself where there are two, and who asks it goes before those who attack, so that it is the loop that is measured.
start_for_lag() {
    : >"$1/swanctl.conf"
    chmod 600 "$1/swanctl.conf"
    "${on_first[@]}" nice -n -20 "$project/build/release/daemon/xfrmd" --config "$1/swanctl.conf" --strongswan-conf '' --foreground --kernel memory \
        --socket "$1/api.sock" --vici "$1/vici.sock" --port $lag_port --nat-port $((lag_port + 1)) --token-secret "$1/secret" \
        --cookie-threshold 0 --attempts-per-address 0 >"$1/xfrmd.log" 2>&1 &
    responder_pid=$!
    for ((i = 0; i < 100; ++i)); do
        [[ ! -S $1/vici.sock ]] || break
        sleep 0.05
    done
}

# measure_lag NAME
measure_lag() {
    "${on_others[@]}" chrt --fifo 20 python3 "$project/tests/bench/lag.py" $lag_port $lag_seconds "$1" >>"$work/rows" || die "xfrmd does not answer: $(tail -n 3 "$work/xfrmd.log")"
}

# attack vici|api SOCKET: beside the measurement, with what it leaves of the processors.
attack() {
    PYTHONDONTWRITEBYTECODE=1 "${on_others[@]}" nice -n 19 python3 "$project/tests/lab/lib/$1_storm.py" "$2" $((lag_seconds + 1)) >"$work/$1.storm" &
    attacker=$!
    sleep 0.5
}

show_lag() {
    python3 -c '
import json, sys
figures = {}
for line in sys.stdin:
    figures.update(json.loads(line))
if sys.argv[1] == "yes":
    print(json.dumps(figures))
else:
    for name in ("quiet", "vici", "api"):
        print("%-6s p50 %6d us  p99.9 %6d us  max %6d us  lost %d" % (
            name, *(figures[name + "_" + one] for one in ("p50_us", "p999_us", "max_us", "lost"))))' "$json"
}
