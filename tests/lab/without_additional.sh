# A peer that knows no additional key exchanges skips the proposals that have them (RFC 9370 2.2.1), and takes one that has
# none; the IKE SA is not told to be quantum-resistant.
#   without_additional.sh PEER INITIATOR   PEER: as start_peer has them; INITIATOR: moon or sun
# shellcheck shell=bash

plain=aes128-sha256-modp2048
gateways
SUN_CONF="ike=$plain" start_pair "$1" ike="aes256-sha256-modp2048-ke1_mlkem768,$plain"
expect up "$2" net
expect_tunnel
[[ $(xfrmctl moon sa list --json | jq '.items[0].quantum_resistant') == false ]] || fail "it is told to be quantum-resistant"
clear "$2"
expect_empty_kernel moon sun
pass
