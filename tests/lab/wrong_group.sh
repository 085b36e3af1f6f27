# The initiator guesses a key exchange method that the responder does not want (RFC 7296 1.2, 2.7).
#   wrong_group.sh PEER INITIATOR
# shellcheck shell=bash

guess=aes128-sha256-modp2048-x25519 want=aes128-sha256-x25519
gateways
if [[ $2 == moon ]]; then
    SUN_CONF="ike=$want" XFRMD_FLAGS=--debug start_pair "$1" ike=$guess
else
    SUN_CONF="ike=$guess" XFRMD_FLAGS=--debug start_pair "$1" ike=$want
fi
expect up "$2" net
expect_log sun 'N\(INVAL_KE\)'
expect_log moon 'CURVE_25519'
expect_tunnel
pass
