# A route-based tunnel: everything is in its selectors, and what goes in is routed into an xfrm interface that the daemon
# makes, puts back when somebody takes it away, takes over from a killed process, and removes when it stops.
#   interfaces.sh PEER
# shellcheck shell=bash

everything=$'local_ts = 0.0.0.0/0, ::/0\n remote_ts = 0.0.0.0/0, ::/0\n if_id_in = 42\n if_id_out = 42'

# moon_conf [LINES]: with the interface, and more sections like it.
moon_conf() {
    cat <<END
interfaces {
    st0 {
        name = st0.0
        if_id = 42
        addrs = 10.9.0.1/24, fd09::1/64
        mtu = 1400
        routes = 10.2.0.0/24, fd02::/64
    }
    ${1:-}
}
$(tunnel_conf moon child="$everything")
END
}

# A peer's operator does by hand what xfrmd does.
make_suns_interface() {
    on sun ip -batch - <<END
link add xfrm42 type xfrm if_id 42
link set xfrm42 up
route add 10.1.0.0/24 dev xfrm42
route add 10.9.0.0/24 dev xfrm42
route add fd01::/64 dev xfrm42
END
}

link_says() { [[ $(on moon ip -d link show st0.0 2>/dev/null | grep -c -- "$1") -gt 0 ]]; }
has() { [[ $(on moon ip "${@:2}" 2>/dev/null | grep -c -- "$1") -gt 0 ]]; }
stands() {
    link_says 'state UP\|state UNKNOWN' && link_says 'xfrm if_id 0x2a' && link_says 'mtu 1400' && link_says 'alias xfrmd' &&
        has '10.9.0.1/24' -4 addr show dev st0.0 && has 'fd09::1/64' -6 addr show dev st0.0 &&
        has '^10.2.0.0/24 dev st0.0' -4 route && has '^fd02::/64 dev st0.0' -6 route
}
is_gone() { ! on moon ip link show st0.0 >/dev/null 2>&1; }
index() { on moon cat /sys/class/net/st0.0/ifindex 2>/dev/null || on moon ip -o link show st0.0 | cut -d: -f1; }
expect_standing() { eventually "$1" stands || fail "the interface is not as it should be: $(on moon ip -d addr; on moon ip route)"; }
expect_traffic() {
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
    expect_ping alice fd02::10
    expect_ping moon 10.2.0.10
    expect_no_clear
}

gateways
make_suns_interface
STRONGSWAN_CONF_EXTRA="install_routes = no" start_strongswan sun "$1" <<<"$(tunnel_conf sun child="$everything")"
start_xfrmd moon <<<"$(moon_conf)"
stands || fail "the interface was not there when the daemon was: $(on moon ip -d addr; on moon ip route)"
expect_log moon 'interface st0.0 was made'
expect up moon net
[[ $(on moon ip xfrm state | grep -c 'if_id 0x2a') -eq 2 ]] || fail "SAs without the interface's id"
expect_traffic

# Somebody else's hand.
on moon ip link del st0.0
expect_standing 2
expect_traffic
on moon ip link set st0.0 down
expect_standing 2
expect_traffic
on moon ip addr flush dev st0.0 scope global
expect_standing 2
on moon ip link set st0.0 mtu 1300
expect_standing 2
on moon ip link change st0.0 type xfrm if_id 77
expect_standing 2
on moon ip link set st0.0 down
on moon ip link set st0.0 name st9
expect_standing 2
on moon ip route flush dev st0.0 scope link proto static
expect_standing 2
expect_traffic

# A killed process: the tunnel works on, and nothing is made anew.
before=$(index)
crash moon
expect_ping alice 10.2.0.10
launch moon
stands || fail "the interface was not there when the daemon was"
expect_log moon 'interface st0.0 was there'
[[ $(index) == "$before" ]] || fail "it is another interface"
expect_ping alice 10.2.0.10
expect up moon net
expect_traffic

# Another configuration: what is not in it goes, and what is new comes.
change_conf moon <<<"$(moon_conf 'st1 { if_id = 43 }')"
eventually 2 has 'if_id 0x2b' -d link show st1 || fail "st1 was not made"
[[ $(index) == "$before" ]] || fail "a reload made another interface of st0.0"
change_conf moon <<<"$(tunnel_conf moon child="$everything")"
eventually 2 is_gone || fail "the interface stayed"
change_conf moon <<<"$(moon_conf)"
expect_standing 2
expect_traffic

stop moon
is_gone || fail "the interface stayed when the daemon stopped"
expect_empty_kernel moon

# Somebody else's interface of that name: the rest of the daemon goes on.
on moon ip link add st0.0 type xfrm if_id 42
launch moon
expect_log moon "interface st0.0 exists and is somebody else's"
[[ $(on moon ip addr show st0.0 | grep -c 'inet \|,UP') -eq 0 ]] || fail "it was touched"
expect up moon net
stop moon
is_gone && fail "somebody else's interface went with the daemon"
# It is ours as soon as he lets go of it.
launch moon
on moon ip link del st0.0
expect_standing 3
stop moon
expect_empty_kernel moon
pass
