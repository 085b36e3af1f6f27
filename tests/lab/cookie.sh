# The responder asks for a cookie, and the initiator starts over with it (RFC 7296 2.6).
#   cookie.sh PEER INITIATOR
# shellcheck shell=bash

gateways
if [[ $2 == moon ]]; then
    # strongSwan asks once one IKE SA is half open. Blocked, an attempt of moon's own gets no further than that.
    STRONGSWAN_CONF_EXTRA='cookie_threshold = 1' XFRMD_FLAGS=--debug start_pair "$1"
    on moon ip rule add ipproto udp dport 4500 blackhole pref 1
    configure moon <<<"$(tunnel_conf moon 'conn=encap = yes')"
    expect_log moon 'configuration loaded'
    expect_not xfrmctl moon conn up net --timeout 2s
    xfrmctl moon sa clear --all -y --force
    configure moon <<<"$(tunnel_conf moon)"
    eventually 5 grep -q 'configuration loaded.*' <(tail -n 1 "$out/moon.log")
else
    XFRMD_FLAGS='--debug --cookie-threshold 0' start_pair "$1"
fi
expect up "$2" net
expect_log sun 'N\(COOKIE\)'
on moon ip rule del pref 1 2>/dev/null || :
expect_tunnel
pass
