# scripts/bench lag: how long IKE waits while clients attack the management sockets. Sourced by scripts/bench, which sets
# project and json.
# shellcheck shell=bash

lag_seconds=10
lag_port=15500
on_first=() on_others=()
[[ $(nproc) -eq 1 ]] || on_first=(taskset -c 0) on_others=(taskset -c "1-$(($(nproc) - 1))")

bench_lag() {
    lag_folder=$(mktemp -d)
    trap end_lag EXIT
    start_for_lag
    measure_lag quiet
    for socket in vici api; do
        attack $socket
        measure_lag $socket
        wait "$attacker"
    done
    show_lag <"$lag_folder/rows"
}

end_lag() {
    [[ -z ${responder_pid:-} ]] || kill "$responder_pid" 2>/dev/null || :
    rm -rf "$lag_folder"
}

# Every first request is answered with a cookie: no key exchange, and nothing that stays. The daemon has a processor for
# itself where there are two, and who asks it goes before those who attack, so that it is the loop that is measured.
start_for_lag() {
    : >"$lag_folder/swanctl.conf"
    chmod 600 "$lag_folder/swanctl.conf"
    "${on_first[@]}" nice -n -20 "$project/build/release/daemon/xfrmd" --foreground --kernel memory \
        --config "$lag_folder/swanctl.conf" --strongswan-conf '' --token-secret "$lag_folder/secret" \
        --socket "$lag_folder/api.sock" --vici "$lag_folder/vici.sock" --port $lag_port --nat-port $((lag_port + 1)) \
        --cookie-threshold 0 --attempts-per-address 0 >"$lag_folder/xfrmd.log" 2>&1 &
    responder_pid=$!
    for ((i = 0; i < 100; ++i)); do
        [[ ! -S $lag_folder/vici.sock ]] || break
        sleep 0.05
    done
}

# measure_lag NAME
measure_lag() {
    "${on_others[@]}" chrt --fifo 20 python3 "$project/tests/bench/lag.py" $lag_port $lag_seconds "$1" \
        >>"$lag_folder/rows" || die "xfrmd does not answer: $(tail -n 3 "$lag_folder/xfrmd.log")"
}

# attack vici|api: beside the measurement.
attack() {
    PYTHONDONTWRITEBYTECODE=1 "${on_others[@]}" nice -n 19 python3 "$project/tests/lab/lib/$1_storm.py" \
        "$lag_folder/$1.sock" $((lag_seconds + 1)) >"$lag_folder/$1.storm" &
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
