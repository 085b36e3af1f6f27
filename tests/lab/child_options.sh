# What may be agreed for a child beyond its keys, between xfrmd (moon) and a peer (sun): negotiated, in the kernel as
# agreed, used, cleared.
#   child_options.sh PEER INITIATOR CASE   PEER: 5.9, 6.0 (strongSwan) or xfrmd; INITIATOR: moon or sun; CASE: ah, beet,
#   esn or ipcomp
# shellcheck shell=bash

# expect_states COUNT REGEX: so many states of moon have a line like that.
expect_states() {
    local count
    count=$(ip -n moon xfrm state | grep -cE -- "$2" || :)
    [[ $count -eq $1 ]] || fail "$count states of moon say '$2', not $1: $(ip -n moon xfrm state)"
}

# expect_only FILTER: the outer link carried such packets, and nothing but those, IKE, and what Ethernet needs.
expect_only() {
    eventually 2 carried_packets "$1" || fail "no packet on the outer link is: $1"
    [[ $(packets "not ($outer_filter)" | wc -l) -eq 0 ]] ||
        fail "a clear packet on the outer link: $(packets "not ($outer_filter)" | head -n 3)"
}

case_ah() {
    start_pair "$1" "child=ah_proposals = sha256"
    expect up "$2" net
    expect_states 2 'proto ah '
    expect_states 0 'proto esp '
    expect_states 2 'hmac\(sha256\).* 128$'
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
    expect_only ah
    [[ -z $(packets esp) ]] || fail "ESP packets, though the child is one of AH"
}

# Inside one host of each side, which the gateways themselves are.
case_beet() {
    local inner='s|10.1.0.0/24|10.1.1.1/32|; s|10.2.0.0/24|10.2.1.1/32|' conf
    ip -n moon addr add 10.1.1.1/32 dev lo
    ip -n sun addr add 10.2.1.1/32 dev lo
    conf=$(tunnel_conf sun mode=beet | sed "$inner")
    if [[ $1 == xfrmd ]]; then start_xfrmd sun <<<"$conf"; else start_strongswan sun "$1" <<<"$conf"; fi
    start_xfrmd moon <<<"$(tunnel_conf moon mode=beet | sed "$inner")"
    expect up "$2" net
    expect_states 2 'mode beet'
    expect eventually 5 on moon ping -n -q -c 1 -W 1 -I 10.1.1.1 10.2.1.1
    expect_no_clear
}

case_esn() {
    start_pair "$1" esp=aes128gcm16-esn
    expect up "$2" net
    expect_states 2 'proto esp '
    expect_states 2 'flag .*esn'
    expect_tunnel
}

# Long packets that can be compressed are; short ones go without.
case_ipcomp() {
    local longest
    start_pair "$1" "child=ipcomp = yes"
    expect up "$2" net
    expect_states 2 'proto comp '
    expect_states 2 'proto esp '
    expect_tunnel
    expect on alice ping -n -q -c 3 -i 0.2 -W 2 -s 1200 -p 00 10.2.0.10
    longest=$(packets esp | grep -o 'length [0-9]*' | cut -d' ' -f2 | sort -n | tail -n 1)
    [[ $longest -lt 600 ]] || fail "an ESP packet of $longest bytes: it was not compressed"
}

gateways
"case_$3" "$1" "$2"
clear "$2"
expect_empty_kernel moon sun
pass
