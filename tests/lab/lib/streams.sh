# Streams of numbered datagrams between hosts, and what of them arrived.
# shellcheck shell=bash

stream_senders=() stream_receivers=() sa_watch=
declare -A lost=()

listens() { [[ -n $(on "$1" ss -Hlun "sport = 9000") ]]; }
has_stopped_listening() { [[ -z $(on "$1" ss -Hlun "sport = 9000") ]]; }

# stream FROM TO ADDRESS RATE SECONDS: RATE datagrams a second, from now on, in the background.
stream() {
    eventually 10 has_stopped_listening "$2" || fail "$2 listens still"
    rm -f "$out/$2.stream"
    on "$2" python3 "$lab_project/tests/lab/lib/udp_stream.py" receive "$3" 9000 "$out/$2.stream" &
    stream_receivers+=("$2")
    eventually 10 listens "$2" || fail "$2 does not listen"
    on "$1" python3 "$lab_project/tests/lab/lib/udp_stream.py" send "$3" 9000 "$4" "$5" &
    stream_senders+=($!)
    [[ -n $sa_watch ]] || watch_sas
}

streams_run() {
    local sender
    for sender in "${stream_senders[@]}"; do
        if kill -0 "$sender" 2>/dev/null; then return 0; fi
    done
    return 1
}

# watch_sas: from now on moon.sas_then and moon.sas_since tell which SAs moon's kernel has, and since when.
watch_sas() {
    on moon ip -ts xfrm monitor SA >>"$out/moon.sas_since" &
    sa_watch=$!
    on moon ip xfrm state >>"$out/moon.sas_then"
}

# early_packets: how many ESP packets sun has sent on an SA before moon had it. A responder keeps to the old SA until it
# gets a packet on the new one, or a request to close the old one (RFC 7296 2.8); libreswan and OpenIKED do not wait, and
# what is lost of those packets is their doing.
early_packets() {
    tcpdump -tttt -n -r "$out/outer.pcap" "src host 192.0.2.2 and ($esp_filter)" 2>/dev/null | awk '
        FILENAME == "-" {
            if (!match($0, /spi=0x[0-9a-f]*/)) next
            spi = substr($0, RSTART + 4, RLENGTH - 4)
            count += !(spi in since) || $1 " " $2 < since[spi]
            next
        }
        /src / {
            is_new = !/Deleted|Updated/
            time = /^\[/ ? substr($1, 2, 10) " " substr($1, 13, 15) : ""
        }
        / spi / && is_new && !($4 in since) { since[$4] = time }
        END { print count + 0 }' "$out/moon.sas_since" "$out/moon.sas_then" -
}
early_before=0

# end_streams: waits for their ends. lost[HOST] is how many datagrams did not get there.
end_streams() {
    local one count
    for one in "${stream_senders[@]}"; do
        wait "$one" || fail "a sender failed"
    done
    lost=()
    for one in "${stream_receivers[@]}"; do
        eventually 10 test -s "$out/$one.stream" || fail "$one has not got its last datagram"
        tell "$one: $(head -n 1 "$out/$one.stream")"
        count=$(sed -nE '1s/^received [0-9]+ lost ([0-9]+) late [0-9]+$/\1/p' "$out/$one.stream")
        [[ -n $count ]] || fail "$one does not say what it has lost"
        lost[$one]=$count
    done
    kill "$sa_watch"
    stream_senders=() stream_receivers=() sa_watch=
}

# expect_whole_streams: waits for their ends; every datagram has arrived, those apart that sun sent too early where it runs
# libreswan or OpenIKED.
expect_whole_streams() {
    local receiver early excused=0
    end_streams
    if [[ ${daemon_kind[sun]} == libreswan || ${daemon_kind[sun]} == openiked ]]; then
        early=$(early_packets)
        excused=$((early - early_before))
        early_before=$early
    fi
    for receiver in "${!lost[@]}"; do
        [[ ${lost[$receiver]} -ne 0 ]] || continue
        [[ $receiver == alice && ${lost[alice]} -le $excused ]] ||
            fail "$receiver lost datagrams, $excused to alice are excused; kernels: $(xfrm_errors moon) $(xfrm_errors sun)"
        tell "sun lost those: it used SAs too early for $excused packets; $(xfrm_errors moon)"
    done
}

# "moon: XfrmInNoStates 3": what the kernel of a host has counted.
xfrm_errors() { echo "$1: $(on "$1" awk '$2 > 0 { print $1, $2 }' /proc/net/xfrm_stat | tr '\n' ' ')"; }
# without_sa HOST: how many packets have come to it for SAs that its kernel does not have.
without_sa() { on "$1" awk '$1 == "XfrmInNoStates" { print $2 }' /proc/net/xfrm_stat; }
