# What a scenario may expect. Every one of these ends the scenario, with a sentence, if it is not so.
# shellcheck shell=bash

inner_networks='net 10.1.0.0/24 or net 10.2.0.0/24 or net fd01::/64 or net fd02::/64'

fail() {
    tell "FAILED: $*"
    exit 1
}

# pass: the last line of every scenario.
pass() {
    # shellcheck disable=SC2034  # read by run.sh
    passed=yes
    tell "pass"
}

# expect COMMAND...: succeeds.  expect_not COMMAND...: fails.
expect() { "$@" || fail "expected to succeed: $*"; }
expect_not() { ! "$@" || fail "expected to fail: $*"; }

# expect_ping FROM ADDRESS: an echo comes back, at the latest within 5 seconds.
expect_ping() {
    eventually 5 pings "$1" "$2" 1 || fail "no echo from $2 to $1"
    tell "$1 pings $2"
}

# expect_no_ping FROM ADDRESS: three echo requests, no answer.
expect_no_ping() {
    ! on "$1" ping -n -q -c 3 -i 0.2 -W 1 "$2" >/dev/null || fail "$2 answers $1, and should not"
    tell "$1 cannot ping $2"
}

pings() { on "$1" ping -n -q -c 1 -W "$3" "$2" >/dev/null; }

# packets FILTER: the captured packets of the outer link that match, one a line.
packets() { tcpdump -n -r "$out/outer.pcap" "$1" 2>/dev/null; }

# What may cross the outer link: IKE, ESP and AH, and what Ethernet and ICMP need to work at all.
outer_filter='(udp port 500) or (udp port 4500) or esp or ah or arp or igmp or (icmp[0] == 3) or (ip6 proto 0)
    or (icmp6 and (ip6[40] == 1 or (ip6[40] >= 133 and ip6[40] <= 137)))'
# ESP, also inside UDP: not a keepalive (one byte), not IKE (four zero bytes first).
esp_filter='esp or (udp port 4500 and ((ip and udp[4:2] > 9 and udp[8:4] != 0)
    or (ip6 and ip6[44:2] > 9 and ip6[48:4] != 0)))'

# expect_no_clear: the outer link carried IKE and ESP and nothing that belongs to the inner networks.
expect_no_clear() {
    eventually 2 carried_packets "$esp_filter" || fail "no ESP packet on the outer link"
    [[ $(packets "not ($outer_filter)" | wc -l) -eq 0 ]] ||
        fail "a clear packet on the outer link: $(packets "not ($outer_filter)" | head -n 3)"
    [[ $(packets "$inner_networks" | wc -l) -eq 0 ]] || fail "an inner address on the outer link"
    tell "the outer link carried $(packets "$esp_filter" | wc -l) ESP packets and nothing in the clear"
}

# expect_no_inner [FILTER]: the outer link has carried no packet like that, of the inner networks where nothing is said.
expect_no_inner() {
    local filter=${1:-net 10.1.0.0/24 or net 10.2.0.0/24}
    [[ $(packets "$filter" | wc -l) -eq 0 ]] || fail "in the clear: $(packets "$filter" | head -n 3)"
}

carried_packets() { [[ -n $(packets "$1") ]]; }

# expect_empty_kernel HOST...: neither SAs nor policies there, at the latest within 5 seconds. The policies that a
# daemon's sockets carry ("socket in/out") stay as long as the daemon does.
expect_empty_kernel() {
    local name
    for name in "$@"; do
        eventually 5 kernel_is_empty "$name" || fail "the kernel of $name is not empty: $(kernel_content "$name")"
    done
    tell "empty kernels: $*"
}

kernel_is_empty() {
    # A connection of libreswan's stays routed when its SAs go.
    [[ ${daemon_kind[$1]:-} != libreswan ]] || whack "$1" --unroute --name net >/dev/null 2>&1 || :
    [[ -z $(kernel_content "$1") ]]
}

kernel_content() {
    ip -n "$1" xfrm state
    # A policy takes several lines and only the first starts in the first column. Those that let IPv6 find its neighbours
    # are libreswan's, for good.
    ip -n "$1" xfrm policy | awk '/^[^ \t]/ { entry = $0; next }
        entry != "" { if (!/socket/ && entry !~ /ipv6-icmp type 13[56]/) print entry $0; entry = "" }'
}

# expect_log HOST REGEX [SECONDS]: the daemon's log says so, at the latest after that time (5 s).
expect_log() {
    eventually "${3:-5}" grep -qE -- "$2" "$out/$1.log" || fail "the log of $1 does not say: $2"
}

expect_no_log() { ! grep -E -m 1 -- "$2" "$out/$1.log" || fail "the log of $1 must not say: $2"; }
