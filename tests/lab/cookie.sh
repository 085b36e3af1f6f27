# The responder asks for a cookie, and the initiator starts over with it (RFC 7296 2.6).
#   cookie.sh PEER INITIATOR [KEY=VALUE...]   the rest describes the tunnel, see lib/tunnel.sh
# shellcheck shell=bash

seconds_up() { [[ $(cut -d. -f1 /proc/uptime) -ge $1 ]]; }

gateways
if [[ $2 == moon ]]; then
    # strongSwan asks once one IKE SA is half open. Blocked, an attempt of moon's own gets no further than that.
    STRONGSWAN_CONF_EXTRA='cookie_threshold = 1' XFRMD_FLAGS=--debug start_pair "$1" "${@:3}"
    on moon ip rule add ipproto udp dport 4500 blackhole pref 1
    change moon "${@:3}" 'conn=encap = yes'
    expect_not xfrmctl moon --timeout 2s conn up net
    expect xfrmctl moon sa clear --all -y --force
    on moon ip rule del pref 1
    change moon "${@:3}"
    # strongSwan's own cookies are not good to it in its first ten seconds.
    eventually 20 seconds_up 14
else
    XFRMD_FLAGS='--debug --cookie-threshold 0' start_pair "$1" "${@:3}"
fi
expect up "$2" net
expect_log sun 'N\(COOKIE\)'
expect_tunnel
pass
