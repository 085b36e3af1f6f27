# The ground moves under a tunnel: its outer interface is renamed, made anew, or moved away for a while; the default route
# flaps; the MTU changes. The tunnel works again without anybody's help, and nothing leaves in the clear.
#   links.sh PEER rename|recreate|moved|flap|mtu
# shellcheck shell=bash

expect_back() { eventually 10 works || fail "the tunnel does not work after: $1"; tell "works after: $1"; }
# What moving and making anew take away.
address() {
    on moon ip addr add 192.0.2.1/24 dev "$1" 2>/dev/null || :
    on moon ip link set "$1" up
    on moon ip route replace default via 192.0.2.2
}
rename() {
    on moon ip link set sun down
    on moon ip link set sun name wan0
    on moon ip link set wan0 up
    on moon ip route replace default via 192.0.2.2
    expect_back "another name"
    on moon ip link set wan0 down
    on moon ip link set wan0 name sun
    address sun
    expect_back "the old name"
}

recreate() {
    on moon ip link del sun
    expect_no_ping alice 10.2.0.10
    ip link add sun netns moon type veth peer name moon netns outer
    on outer ip link set moon master bridge up
    address sun
    expect_back "an interface made anew"
}

moved() {
    host elsewhere
    on moon ip link set sun netns elsewhere
    expect_no_ping alice 10.2.0.10
    on elsewhere ip link set sun netns moon
    address sun
    expect_back "an interface that was elsewhere"
}

flap() {
    local i
    for ((i = 0; i < 20; ++i)); do
        on moon ip route del default
        sleep 0.1
        on moon ip route add default via 192.0.2.2
        sleep 0.1
    done
    expect_back "20 flaps of the default route"
    on moon ip route del default
    on moon ip route add unreachable default
    sleep 1
    on moon ip route replace default via 192.0.2.2
    expect_back "an unreachable default route"
}

mtu() {
    local size end
    for size in 1280 1400 1500; do
        on moon ip link set sun mtu "$size"
        on sun ip link set moon mtu "$size"
        for end in moon sun bridge; do on outer ip link set "$end" mtu "$size"; done
        eventually 5 on alice ping -n -q -c 1 -W 1 -M dont -s 1400 10.2.0.10 >/dev/null || fail "large packets at MTU $size"
        eventually 5 on alice ping -n -q -c 1 -W 1 -M "do" -s 1000 10.2.0.10 >/dev/null || fail "packets at MTU $size"
    done
    expect_back "another MTU"
}

gateways
start_strongswan sun "$1" <<<"$(tunnel_conf sun)"
start_xfrmd moon <<<"$(tunnel_conf moon conn='fail_closed = yes' child='start_action = trap')"
# So that what a last packet asks for while the daemon stops is not there for long.
on moon sh -c 'echo 1 >/proc/sys/net/core/xfrm_acq_expires'
expect_ping alice 10.2.0.10
# Packets all the while.
on alice ping -n -q -i 0.05 10.2.0.10 >/dev/null &
pinger=$!
"$2"
kill -TERM "$pinger"
wait "$pinger" || :
expect up moon net
expect_ping alice 10.2.0.10
expect_no_inner
[[ $(xfrmctl moon kernel status --json | jq '.wanted == .there') == true ]] || fail "not whole: $(xfrmctl moon kernel status)"
stop moon
expect_empty_kernel moon
pass
