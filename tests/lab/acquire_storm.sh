# Tens of thousands of flows that want a tunnel, all at once: each trap asks for one child, the daemon goes on answering,
# and neither its memory nor its log grows with the flows.
#   acquire_storm.sh one SECONDS      a trap with wide selectors; its peer comes when the storm has been on for a while
#   acquire_storm.sh many NUMBER      so many traps, all but one to peers that are silent
# shellcheck shell=bash

larval() { on moon ip xfrm state | grep -c 'spi 0x00000000' || :; }
attempts() { grep -c 'a packet asks for child' "$out/moon.log" || :; }
initiations() { tshark_free_spis | sort -u | wc -l; }
# The initiator's SPIs of the requests for an IKE SA that moon sent.
tshark_free_spis() {
    tcpdump -n -x -r "$out/outer.pcap" 'src 192.0.2.1 and udp src port 500 and udp[26] == 34' 2>/dev/null |
        awk '/0x0010:/ { print $8, $9 } /0x0020:/ { print $2, $3 }' | paste - -
}
no_larval() { [[ $(larval) -eq 0 ]]; }
reaches() { pings alice "$1" 1; }

# storm SECONDS NETWORK...: in the background; its number of flows ends up in flood.txt.
storm() {
    on alice python3 "$lab_project/tests/lab/lib/flood.py" "$@" >"$out/flood.txt" &
    storm=$!
}

expect_bounded() {
    slowest moon
    tell "$(<"$out/flood.txt") flows: $(attempts) acquires, memory $before to $(memory_of moon) KiB, log of $(lines_of moon)" \
        "lines, slowest answer $slowest ms"
    [[ $slowest -le 1500 ]] || fail "an answer took $slowest ms"
}

one() {
    start_xfrmd moon <<<"$(tunnel_conf moon child='start_action = trap' | sed 's|10.2.0.0/24|10.2.0.0/16|')"
    # The kernel asks again when a larval SA has expired.
    on moon sh -c 'echo 2 >/proc/sys/net/core/xfrm_acq_expires'
    before=$(memory_of moon)
    watch_answers moon
    storm "$1" 10.2.0.0/16
    sleep $(($1 / 2))
    [[ $(attempts) -eq 1 && $(initiations) -eq 1 ]] || fail "$(attempts) acquires, $(initiations) negotiations for one trap"
    [[ $(larval) -eq 1 ]] || fail "$(larval) larval SAs for one trap"
    start_strongswan sun 6.0 <<<"$(tunnel_conf sun | sed 's|10.2.0.0/24|10.2.0.0/16|')"
    wait "$storm"
    eventually 10 reaches 10.2.0.10 || fail "the tunnel does not carry packets"
    expect_bounded
    [[ $(attempts) -eq 1 && $(initiations) -eq 1 ]] || fail "$(attempts) acquires, $(initiations) negotiations for one trap"
    [[ $(($(memory_of moon) - before)) -le 4096 ]] || fail "memory grew from $before to $(memory_of moon) KiB"
    [[ $(lines_of moon) -le 20 ]] || fail "$(lines_of moon) lines in the log"
    eventually 5 no_larval || fail "larval SAs stayed"
    expect_no_clear
}

# many_conf NUMBER: so many connections, each with a trap for 64 addresses; all but the last one to peers that are not there.
many_conf() {
    awk -v number="$1" 'BEGIN {
        print "connections {"
        for (i = 1; i <= number; ++i) {
            peer = i < number ? sprintf("203.0.%d.%d", 112 + i / 250, i % 250 + 1) : "192.0.2.2"
            net = i < number ? sprintf("10.66.%d.%d/26", i / 4, i % 4 * 64) : "10.2.0.0/24"
            printf "gw%d { version = 2\n local_addrs = 192.0.2.1\n remote_addrs = %s\n", i, peer
            print "local { auth = psk }\n remote { auth = psk }\n children {"
            printf "net { local_ts = 10.1.0.0/24\n remote_ts = %s\n start_action = trap } } }\n", net
        }
        print "}\nsecrets { ike-peer { secret = laboratory } }"
    }'
}
has_traps() { [[ $(on moon ip xfrm policy list dir out | grep -c '^src 10.1.0.0/24') -eq $1 ]]; }

many() {
    local -a networks
    mapfile -t networks <<<"$(many_conf "$1" | sed -n "s/.*remote_ts = \(10.66.*\)/\1/p")"
    # sun is their way to peers that are not there, and would tell them of a shorter one.
    on sun sh -c 'for file in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 >"$file"; done'
    start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
    start_xfrmd moon <<<"$(many_conf "$1")"
    eventually 10 has_traps "$1" || fail "not all traps are there"
    before=$(memory_of moon)
    watch_answers moon
    storm 4 "${networks[@]}"
    wait "$storm"
    eventually 10 reaches 10.2.0.10 || fail "those who are silent keep the others from their tunnels"
    expect_bounded
    [[ $(($(memory_of moon) - before)) -le $((4096 + $1 * 32)) ]] || fail "memory grew from $before to $(memory_of moon) KiB"
    [[ $(attempts) -le $1 ]] || fail "$(attempts) acquires for $1 traps"
    [[ $(lines_of moon) -le $(($1 * 5)) ]] || fail "$(lines_of moon) lines in the log"
    expect_no_clear
}

gateways
"$1" "$2"
pass
