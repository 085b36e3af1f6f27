# A route-based tunnel over VTI devices, as strongSwan's documentation has it: the device's key is the mark of the policies.
#   vti.sh PEER OUTER     OUTER: 4 (vti) or 6 (vti6)
# shellcheck shell=bash

marks=$'local_ts = 0.0.0.0/0, ::/0\n remote_ts = 0.0.0.0/0, ::/0\n mark_in = 42\n mark_out = 42'

# vti HOST LOCAL REMOTE NETWORK...: made by the operator; what is routed there is encrypted.
vti() {
    local host=$1 local_addr=$2 remote_addr=$3 kind=vti network
    [[ $local_addr != *:* ]] || kind=vti6
    on "$host" ip link add vti42 type "$kind" local "$local_addr" remote "$remote_addr" key 42
    # The policies are for what has the mark, which the device puts on; it is no place to look for others.
    on "$host" sh -c 'echo 1 >/proc/sys/net/ipv4/conf/vti42/disable_policy'
    on "$host" ip link set vti42 up
    for network in "${@:4}"; do on "$host" ip route add "$network" dev vti42; done
}

# vti_packets: out of the device and into it.
vti_packets() { on moon sh -c 'grep "vti42:" /proc/net/dev' | awk '{ print ($3 > 0 && $11 > 0) ? "both" : "none" }'; }

peer=$1 outer=$2
gateways
if [[ $outer == 4 ]]; then
    vti moon 192.0.2.1 192.0.2.2 10.2.0.0/24 fd02::/64
    vti sun 192.0.2.2 192.0.2.1 10.1.0.0/24 fd01::/64
else
    vti moon 2001:db8::1 2001:db8::2 10.2.0.0/24 fd02::/64
    vti sun 2001:db8::2 2001:db8::1 10.1.0.0/24 fd01::/64
fi
STRONGSWAN_CONF_EXTRA="install_routes = no" start_strongswan sun "$peer" <<<"$(tunnel_conf sun outer="$outer" child="$marks")"
start_xfrmd moon <<<"$(tunnel_conf moon outer="$outer" child="$marks")"
expect_no_ping alice 10.2.0.10
expect up moon net
[[ $(on moon ip xfrm policy | grep -c 'mark 0x2a') -ge 3 ]] || fail "policies without the mark: $(on moon ip xfrm policy)"
[[ -z $(on moon ip route show table 220 2>/dev/null) ]] || fail "routes that nobody wants: $(on moon ip route show table 220)"
expect_ping alice 10.2.0.10
expect_ping bob 10.1.0.10
expect_ping alice fd02::10
[[ $(vti_packets) == both ]] || fail "packets do not pass the device: $(on moon cat /proc/net/dev)"
expect_no_clear
stop moon
expect_empty_kernel moon
pass
