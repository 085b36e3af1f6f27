# dpd_action and close_action: what comes back when the peer has fallen silent, or has deleted the child or its IKE SA.
#   actions.sh PEER silence|child|ike trap|start   PEER: as start_peer has them
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

out_policies() { on moon ip xfrm policy list dir out | grep -c '^src 10.1.0.0/24 dst 10.2.0.0/24' || :; }
has_trap_only() { [[ $(out_policies) -eq 1 && $(sas) -eq 0 ]]; }
# The old one went, as the log tells, and another one stands.
is_back() { [[ $(grep -c 'child SA net .* installed' "$out/moon.log") -eq 2 ]] && works; }

# The peer deletes what there is, and nothing else happens to it.
delete_by_peer() {
    case ${daemon_kind[sun]}:$1 in
        xfrmd:child) xfrmctl sun sa clear gw --child --yes ;;
        xfrmd:ike) xfrmctl sun sa clear gw --yes ;;
        strongswan:child) swanctl sun --terminate --child net ;;
        strongswan:ike) swanctl sun --terminate --ike gw ;;
        libreswan:ike) whack sun --terminate --name net ;;
    esac >"$out/delete.log" 2>&1 || fail "$(<"$out/delete.log")"
}

gateways
if [[ $2 == silence ]]; then option=dpd_action; else option=close_action; fi
XFRMD_FLAGS='--retransmit-timeout 0.5 --retransmit-base 1 --retransmit-tries 4' \
    start_xfrmd moon <<<"$(tunnel_conf moon conn=$'dpd_delay = 1s\n keyingtries = 0' child="$option = $3")"
start_sun "$1" <<<"$(peer_conf "$1" sun)"
expect up moon net
expect_ping alice 10.2.0.10
if [[ $2 == silence ]]; then crash sun; else delete_by_peer "$2"; fi
if [[ $3 == trap ]]; then
    eventually 20 has_trap_only || fail "no trap alone: $(on moon ip xfrm policy; on moon ip xfrm state)"
    tell "a trap stands"
fi
if [[ $2 == silence ]]; then
    [[ $3 == trap ]] || expect_log moon 'net did not start' 20
    # strongSwan answers before it knows its connections, and a refusal counts.
    on moon ip rule add ipproto udp dport 500 blackhole pref 1
    restart sun
    on moon ip rule del pref 1
fi
[[ $3 != trap ]] || eventually 10 works || fail "the trap brings nothing up"
eventually 10 is_back || fail "the child is not back: $(xfrmctl moon sa list)"
expect_one_of_each
expect_no_clear
pass
