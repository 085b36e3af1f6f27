# IKE packets carry the DSCP of their connection, and no others do (dscp; RFC 2474).
#   dscp.sh PEER [6]      6: over IPv6
# shellcheck shell=bash

watch_ike() {
    on sun nft -f - <<'END'
table inet watch {
    chain input {
        type filter hook input priority 0
        udp sport { 500, 4500 } ip dscp 46 counter accept comment "marked"
        udp sport { 500, 4500 } ip6 dscp 46 counter accept comment "marked"
        udp sport { 500, 4500 } counter comment "other"
    }
}
END
}
# How many packets the rules of that comment have seen.
seen() { on sun nft list table inet watch | sed -n "s/.*counter packets \([0-9]*\) .*\"$1\".*/\1/p" | paste -sd+ | bc; }
some_seen() { [[ $(seen "$1") -gt 0 ]]; }

gateways
start_pair "$1" outer="${2:-4}"
change moon outer="${2:-4}" 'conn=dscp = 101110'
watch_ike
expect up moon net
expect xfrmctl moon sa rekey gw --ike
expect some_seen marked
expect_not some_seen other
expect_tunnel
pass
