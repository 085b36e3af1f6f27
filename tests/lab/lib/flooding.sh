# A gateway "far" under a flood from "storm", real handshakes with it from "near", and the tunnel of "office" with it,
# whose child is rekeyed every four seconds.
# shellcheck shell=bash

flooded=203.0.113.2
rekey_time=4
visited=0

flood_hosts() {
    host near far storm office
    link near 198.51.100.1/24,198.51.100.3/24,198.51.100.4/24,198.51.100.5/24 far 198.51.100.2/24
    link storm 203.0.113.1/24 far $flooded/24
    link office 192.0.2.1/24 far 192.0.2.2/24
    # What far answers goes to addresses that nobody has, and is lost on its way there.
    route far default via 203.0.113.1
    route storm blackhole 10.0.0.0/8
    router storm
}

# Any peer with the key.
far_conf() {
    cat <<END
connections { gw { version = 2
    proposals = aes128-sha256-x25519
    local { auth = psk
        id = gateway.bench.example }
    remote { auth = psk
        id = %any }
    children { net { local_ts = 0.0.0.0/0
        remote_ts = 10.0.0.0/8
        esp_proposals = aes128gcm16 } } } }
secrets { ike-all { secret = bench } }
END
}

office_conf() {
    cat <<END
connections { gw { version = 2
    proposals = aes128-sha256-x25519
    local_addrs = 192.0.2.1
    remote_addrs = 192.0.2.2
    local { auth = psk
        id = office.bench.example }
    remote { auth = psk
        id = gateway.bench.example }
    children { net { local_ts = 10.255.0.1/32
        remote_ts = 10.254.0.0/24
        esp_proposals = aes128gcm16
        rekey_time = ${rekey_time}s
        life_time = 120s
        rand_time = 0s } } } }
secrets { ike-all { secret = bench } }
END
}

# start_flood SECONDS [OPTION...]: in the background; what it sent ends up in flood.txt: datagrams and seconds.
start_flood() {
    on storm "$lab_build/tests/bench/bench_flood" --seconds "$1" --to "${flood_to:-$flooded}" "${@:2}" >/run/storm/flood.txt &
    flood=$!
}
# flood_rate: what was sent a second.
flood_rate() { awk '{ print int($1 / $2) }' /run/storm/flood.txt; }

# measure_sendable: sets `sendable` to how many such datagrams a second this machine sends, and drops on arrival, when it
# has nothing else to do.
measure_sendable() {
    local mac
    mac=$(ip -n far -o link show storm | grep -o 'ether [^ ]*')
    ip -n storm neigh replace 203.0.113.9 lladdr "${mac#* }" dev far
    flood_to=203.0.113.9 start_flood 3
    wait "$flood"
    sendable=$(flood_rate)
}

# visit COUNT RATE: real handshakes with far, from four addresses; the seconds each took, sorted, end up in visits.txt.
visit() {
    local i pids=()
    for i in 1 3 4 5; do
        on near "$lab_build/tests/bench/bench_visitors" --local "198.51.100.$i" --first $((i * 10000 + visited)) \
            --count $(($1 / 4)) --patience 10 --rate "$(awk -v rate="$2" 'BEGIN { print rate / 4 }')" >"/run/near/visits.$i" &
        pids+=($!)
    done
    wait "${pids[@]}"
    visited=$((visited + $1 / 4))
    cat /run/near/visits.? | tr -d '[]' | tr ',' '\n' | { grep . || :; } | sort -g >/run/near/visits.txt
}
# arrived [SECONDS]: how many of them succeeded, within so many seconds (10).  percentile P: in milliseconds, so many of a hundred were as fast.
arrived() { awk -v most="${1:-10}" '$1 <= most { ++count } END { print count + 0 }' /run/near/visits.txt; }
percentile() {
    awk -v p="$1" '{ all[NR] = $1 } END { i = int((NR * p + 99) / 100); print int(all[i < 1 ? 1 : i] * 1000) }' /run/near/visits.txt
}

# udp_of HOST FIELD: InDatagrams, RcvbufErrors, ...
udp_of() {
    on "$1" awk -v field="$2" '/^Udp:/ { if (++line == 1) for (i = 2; i <= NF; ++i) at[$i] = i; else print $at[field] }' /proc/net/snmp
}

# watch_memory HOST: from now on, until "peak HOST" is called, which sets `peak` to the most KiB it had.
watch_memory() {
    rm -f "/run/$1/memory_watched"
    while [[ ! -e /run/$1/memory_watched ]]; do
        memory_of "$1"
        sleep 0.25
    done >"/run/$1/memory" &
    memory_watch=$!
}
peak() {
    touch "/run/$1/memory_watched"
    wait "$memory_watch"
    # shellcheck disable=SC2034  # read by scenarios
    peak=$(sort -n "/run/$1/memory" | tail -n 1)
}

# rekeyings: the times, in milliseconds of the day, at which office's child was rekeyed.
rekeyings() {
    { grep ' rekeyed$' "$out/office.log" || :; } |
        awk '{ split(substr($1, 12), t, ":"); printf "%d\n", (t[1] * 3600 + t[2] * 60 + t[3]) * 1000 }'
}
# late_rekeyings: how many came more than a second after their time.
late_rekeyings() {
    rekeyings | awk -v most=$((rekey_time * 1000 + 1000)) 'NR > 1 && $1 - last > most { ++late } { last = $1 } END { print late + 0 }'
}
