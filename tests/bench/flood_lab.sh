# xfrmd and charon under the same flood in the lab's kernel. Leaves rows.json.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/flooding.sh
source "$lib/flooding.sh"

visits=100 visits_per_s=10 seconds=22

# rows NAME: measures the daemon on far under floods of a quarter, a half and all of what the machine can send.
rows() {
    visit 20 10
    expect up office net
    local before
    before=$(memory_of far)
    for part in 25 50 100; do
        measure "$part" --rate $((part == 100 ? 0 : sendable * part / 100))
        write_row "$1" >>"$out/rows.json"
        tell "$(tail -n 1 "$out/rows.json")"
    done
    # Until what is half open has had its time.
    sleep 35
    printf '{"name": "flood/%s/after", "daemon": "%s", "memory_after_kib": %d}\n' "$1" "$1" "$(memory_of far)" >>"$out/rows.json"
}

measure() {
    late=$(late_rekeyings) rekeyed=$(rekeyings | wc -l)
    received=$(udp_of far InDatagrams) lost=$(udp_of far RcvbufErrors) busy=$(cpu_of far)
    watch_memory far
    start_flood $seconds "${@:2}"
    sleep 2
    visit $visits $visits_per_s
    wait "$flood"
    peak far
    received=$(($(udp_of far InDatagrams) - received)) lost=$(($(udp_of far RcvbufErrors) - lost)) busy=$(($(cpu_of far) - busy))
    rekeyed=$(($(rekeyings | wc -l) - rekeyed)) late=$(($(late_rekeyings) - late))
}

write_row() {
    cat <<END | tr -d '\n'
{"name": "flood/$1/$part", "daemon": "$1", "part_of_sendable": $part, "flood_per_s": $(flood_rate), "sendable_per_s": $sendable,
 "handshakes": $visits, "within_3s": $(arrived 3), "within_10s": $(arrived), "median_ms": $(percentile 50),
 "p99_ms": $(percentile 99), "memory_before_kib": $before, "memory_peak_kib": $peak, "rekeyings": $rekeyed,
 "late_rekeyings": $late, "received": $received, "lost_in_socket": $lost, "cpu_ms": $busy}
END
    echo
}

flood_hosts
measure_sendable
tell "this machine sends $sendable such datagrams a second when it has nothing else to do"
: >"$out/rows.json"
start_xfrmd office <<<"$(office_conf)"
start_xfrmd far <<<"$(far_conf)"
rows xfrmd
tell "$(xfrmctl far system info | grep reasons)"
stop far
crash office
for name in office far; do
    on $name ip xfrm state flush
    on $name ip xfrm policy flush
done
: >"$out/office.log"
# Its log off, and its tables as its documentation says for many SAs; its protection against floods is its own.
STRONGSWAN_CONF_EXTRA='ikesa_table_size = 16384
    ikesa_table_segments = 64
    filelog { stderr { default = -1
        ike = -1
        cfg = -1 } }' start_strongswan far 6.0 <<<"$(far_conf)"
start_xfrmd office <<<"$(office_conf)"
rows charon
crash far
pass
