# IKE fragmentation (RFC 7383) over a link of 600 bytes: long identities make IKE_AUTH longer than any packet there, and
# nothing goes in fragments of IP.
#   fragmentation.sh PEER INITIATOR [IKE]   PEER: as start_peer has them; INITIATOR: moon or sun; IKE: proposals, whose
#   IKE_SA_INIT fits
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

ike=${3:-aes128-sha256-x25519}
# long LETTER: a name of 480 letters, as long as strongSwan takes.
long() { printf "$1%.0s" {1..480}; }
# conf WHO HOST LETTER LETTER: its identity and the peer's. IKE_SA_INIT never goes in fragments, so it is a short one.
conf() { peer_conf "$1" "$2" ike="$ike" id="$(long "$3")" peer_id="$(long "$4")"; }

gateways
on moon ip link set sun mtu 600
on sun ip link set moon mtu 600
STRONGSWAN_CONF_EXTRA='fragment_size = 576' XFRMD_FLAGS='--fragment-size 576' \
    start_sun "$1" <<<"$(conf "$1" sun s m)"
XFRMD_FLAGS='--fragment-size 576' start_xfrmd moon <<<"$(conf xfrmd moon m s)"
expect up "$2" net
expect_ping alice 10.2.0.10
expect rekey moon ike
expect rekey sun child
eventually 5 is_one_of_each || expect_one_of_each
# The payload behind the header, and behind the marker on port 4500, of what either side sent: SKF.
skf='((udp port 500 and udp[24] = 53) or (udp port 4500 and udp[8:4] = 0 and udp[28] = 53))'
for source in 192.0.2.1 192.0.2.2; do
    count=$(packets "src host $source and $skf" | wc -l)
    tell "$source sent $count fragments"
    [[ $count -ge 2 ]] || fail "$source sent $count fragments"
done
[[ $(packets 'ip[6:2] & 0x3fff != 0' | wc -l) -eq 0 ]] || fail "IP fragments on the link"
expect_no_clear
pass
