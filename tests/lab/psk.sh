# A tunnel with a pre-shared key between xfrmd (moon) and a peer (sun): negotiated, used, cleared.
#   psk.sh PEER INITIATOR [KEY=VALUE...]   PEER: 5.9, 6.0 (strongSwan) or xfrmd; INITIATOR: moon or sun; the rest describes
#   the tunnel, see lib/tunnel.sh
# shellcheck shell=bash

gateways
start_pair "$1" "${@:3}"
expect up "$2" net
expect_tunnel "${@:3}"
clear "$2"
expect_empty_kernel moon sun
pass
