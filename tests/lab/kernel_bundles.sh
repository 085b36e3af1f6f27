# What netlink/ asks of the kernel beyond ESP tunnels does what it is meant to: AH, BEET, IPComp, bundles and xfrm interfaces
# carry packets, and the kernel's counters and the wire say which of them a packet went through.
# shellcheck shell=bash

gateways
expect_ping moon fd01::10
expect_ping sun fd02::10

# bundle MOON SUN INNER=INNER WORD...: both ends.
bundle() {
    local moon=$1 sun=$2 inner=$3
    shift 3
    tell "$* $moon === $sun: $inner"
    on moon "$lab_build/tests/unit/netlink/bundle_end" "$moon" "$sun" left "$inner" "$@" || fail "bundle_end on moon"
    on sun "$lab_build/tests/unit/netlink/bundle_end" "$sun" "$moon" right "${inner#*=}=${inner%=*}" "$@" ||
        fail "bundle_end on sun"
}

flush() {
    local name
    for name in moon sun; do ip -n "$name" xfrm state flush && ip -n "$name" xfrm policy flush; done
}

# expect_used COUNT: so many SAs of either gateway have carried packets.
expect_used() {
    local name used
    for name in moon sun; do
        used=$(ip -n "$name" -s xfrm state | grep -cE '^[[:space:]]+[1-9][0-9]*\(bytes\), [1-9]' || :)
        [[ $used -eq $1 ]] || fail "$used SAs of $name carried packets, not $1: $(ip -n "$name" -s xfrm state)"
    done
}

nets=10.1.0.0/24=10.2.0.0/24

# AH shows what it carries, so its inner networks are looked for after the others.
bundle 192.0.2.1 192.0.2.2 $nets esp ah
expect_ping alice 10.2.0.10
expect_used 4
flush

bundle 192.0.2.1 192.0.2.2 192.0.2.1/32=192.0.2.2/32 transport esp ah
expect_ping moon 192.0.2.2
expect_used 4
flush

# Long packets that can be compressed are; short ones go without.
bundle 192.0.2.1 192.0.2.2 $nets ipcomp esp
expect_ping alice 10.2.0.10
expect on alice ping -n -q -c 3 -i 0.2 -W 2 -s 1200 -p 00 10.2.0.10
longest=$(packets esp | grep -o 'length [0-9]*' | cut -d' ' -f2 | sort -n | tail -n 1)
[[ $longest -lt 600 ]] || fail "an ESP packet of $longest bytes: it was not compressed"
flush

# BEET: the hosts' own addresses inside, the gateways' outside, and no inner header on the wire.
ip -n moon addr add 10.1.1.1/32 dev lo
ip -n sun addr add 10.2.1.1/32 dev lo
bundle 192.0.2.1 192.0.2.2 10.1.1.1/32=10.2.1.1/32 beet esp
expect on moon ping -n -q -c 3 -i 0.2 -W 2 -I 10.1.1.1 10.2.1.1
expect_used 2
flush

bundle 2001:db8::1 2001:db8::2 10.1.1.1/32=10.2.1.1/32 beet esp
expect on moon ping -n -q -c 3 -i 0.2 -W 2 -I 10.1.1.1 10.2.1.1
expect_used 2
flush

# xfrm interfaces: only what goes through them is protected.
if ip -n moon link add ipsec0 type xfrm dev sun if_id 42 2>/dev/null; then
    ip -n sun link add ipsec0 type xfrm dev moon if_id 42
    for name in moon sun; do ip -n "$name" link set ipsec0 up; done
    ip -n moon route add 10.2.0.0/24 dev ipsec0
    ip -n sun route add 10.1.0.0/24 dev ipsec0
    bundle 192.0.2.1 192.0.2.2 0.0.0.0/0=0.0.0.0/0 if_id=42 esp
    expect_ping alice 10.2.0.10
    expect_used 2
    flush
    for name in moon sun; do ip -n "$name" link del ipsec0; done
else
    tell "this kernel has no xfrm interfaces"
fi

expect_no_clear

# AH in a tunnel and alone.
bundle 192.0.2.1 192.0.2.2 $nets ah
expect_ping alice 10.2.0.10
expect_used 2
flush
[[ $(packets ah | wc -l) -gt 0 ]] || fail "no AH packet on the outer link"

expect_empty_kernel moon sun
pass
