# Streams of numbered datagrams between hosts, and what of them arrived.
# shellcheck shell=bash

stream_senders=() stream_receivers=()

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
}

streams_run() {
    local sender
    for sender in "${stream_senders[@]}"; do
        if kill -0 "$sender" 2>/dev/null; then return 0; fi
    done
    return 1
}

# expect_whole_streams: waits for their ends; every datagram has arrived.
expect_whole_streams() {
    local receiver lost=0
    wait "${stream_senders[@]}" || fail "a sender failed"
    for receiver in "${stream_receivers[@]}"; do
        eventually 10 test -s "$out/$receiver.stream" || fail "$receiver has not got its last datagram"
        tell "$receiver: $(head -n 1 "$out/$receiver.stream")"
        [[ $(head -n 1 "$out/$receiver.stream") == *' lost 0 '* ]] || lost=1
    done
    [[ $lost -eq 0 ]] || fail "datagrams were lost; kernels: $(xfrm_errors moon) $(xfrm_errors sun)"
    stream_senders=() stream_receivers=()
}

# "moon: XfrmInNoStates 3": what the kernel of a host has counted.
xfrm_errors() { echo "$1: $(on "$1" awk '$2 > 0 { print $1, $2 }' /proc/net/xfrm_stat | tr '\n' ' ')"; }
