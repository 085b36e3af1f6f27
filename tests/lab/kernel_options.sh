# Options of children that the kernel honours, one at a time, with a peer that knows nothing of them.
#   kernel_options.sh PEER marks|xfrm_interface|numbers|limits|no_policies|routes|local_down
# shellcheck shell=bash

state_has() { [[ $(on moon ip -s xfrm state | grep -c -- "$1") -gt 0 ]] || fail "no SA with '$1': $(on moon ip -s xfrm state)"; }
policy_has() { [[ $(on moon ip xfrm policy | grep -c -- "$1") -gt 0 ]] || fail "no policy with '$1': $(on moon ip xfrm policy)"; }
# start_moon OPTIONS: a tunnel with these options of its child.
start_moon() {
    start_strongswan sun "$peer" <<<"$(tunnel_conf sun)"
    start_xfrmd moon <<<"$(tunnel_conf moon child="$1" conn="${2:-}")"
    expect up moon net
}

case_marks() {
    start_moon $'mark_out = 0x2a/0xff\n set_mark_in = 0x33'
    policy_has 'mark 0x2a/0xff'
    state_has 'output-mark 0x33'
    # Only what has the mark goes into the tunnel.
    on moon ping -n -q -c 1 -W 2 -I 10.1.0.1 -m 42 10.2.0.10 >/dev/null || fail "marked packets do not go through"
    ! on moon ping -n -q -c 1 -W 1 -I 10.1.0.1 -m 43 10.2.0.10 >/dev/null || fail "others do, too"
}

case_xfrm_interface() {
    on moon ip link add xfrm7 type xfrm if_id 7
    on moon ip link set xfrm7 up
    on moon ip route add 10.2.0.0/24 dev xfrm7
    start_moon $'if_id_in = 7\n if_id_out = 7'
    policy_has 'if_id 0x7'
    state_has 'if_id 0x7'
    expect_tunnel
}

case_numbers() {
    start_moon $'reqid = 77\n priority = 1234\n replay_window = 128\n copy_df = no\n tfc_padding = 500'
    state_has 'reqid 77'
    state_has 'replay_window 128'
    state_has 'nopmtudisc'
    state_has 'tfcpad 500'
    policy_has 'priority 1234'
    policy_has 'reqid 77'
    expect_tunnel
}

# The kernel ends the SA, the daemon tells the peer.
case_limits() {
    start_moon 'life_packets = 5'
    state_has 'hard 5(packets)'
    on alice ping -n -q -c 10 -i 0.1 -W 1 10.2.0.10 >/dev/null || :
    expect_log moon 'has reached its limit'
    eventually 5 no_child || fail "the peer still has the child"
}
no_child() { [[ $(swanctl sun --list-sas | grep -c INSTALLED) -eq 0 ]]; }

case_no_policies() {
    start_moon 'policies = no'
    state_has 'reqid 1'
    [[ $(on moon ip xfrm policy | grep -c '^src 10') -eq 0 ]] || fail "there are policies"
}

# What moon itself sends into the tunnel has the address that is inside.
case_routes() {
    start_moon ''
    [[ $(on moon ip route show table 220 | grep -c '^10.2.0.0/24 via 192.0.2.2 .* src 10.1.0.1') -eq 1 ]] ||
        fail "no route: $(on moon ip route show table 220)"
    [[ $(on moon ip rule | grep -c '^220:') -eq 1 ]] || fail "no rule"
    on moon ping -n -q -c 1 -W 2 10.2.0.10 >/dev/null || fail "moon itself does not reach the other side"
    on moon ip route flush table 220
    eventually 5 route_is_back || fail "a deleted route did not come back"
    clear moon
    [[ -z $(on moon ip route show table 220) ]] || fail "the route stayed"
}
route_is_back() { [[ $(on moon ip route show table 220 | grep -c '^10.2.0.0/24') -eq 1 ]]; }

case_local_down() {
    start_moon '' 'on_local_down = clear'
    expect_tunnel
    local device
    device=$(on moon ip -o -4 addr show to 192.0.2.1 | cut -d' ' -f2)
    on moon ip addr del 192.0.2.1/24 dev "$device"
    expect_log moon 'address 192.0.2.1 has gone'
    expect_empty_kernel moon
}

gateways
peer=$1
"case_$2"
stop moon
[[ -z $(on moon ip route show table 220 2>/dev/null) ]] || fail "routes stayed"
expect_empty_kernel moon
pass
