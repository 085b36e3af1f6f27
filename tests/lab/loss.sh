# One packet in five is lost, in both directions: retransmissions get the tunnel up all the same (RFC 7296 2.1).
#   loss.sh PEER INITIATOR [KEY=VALUE...]   the rest describes the tunnel, see lib/tunnel.sh
# shellcheck shell=bash

gateways loss=20%
start_pair "$1" "${@:3}"
eventually 200 up "$2" net || fail "no tunnel in 200 seconds"
eventually 20 pings alice 10.2.0.10 1 || fail "no echo in 20 seconds"
# The end is not what this is about.
impair moon sun
impair sun moon
expect_tunnel
clear "$2"
expect_empty_kernel moon sun
pass
