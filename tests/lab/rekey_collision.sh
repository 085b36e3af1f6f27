# Both sides are told to rekey the same SA at the same instant, again and again (RFC 7296 2.8.1, 2.8.2): no datagram of a
# stream in either direction is lost, and each time one SA of each kind is left.
#   rekey_collision.sh PEER KIND [KEY=VALUE...]   PEER: as start_peer has them; KIND: child or ike; the rest describes the
#   tunnel, see lib/tunnel.sh
# libreswan 5.2 compares no nonces: of children it keeps both and then rekeys the redundant one, so that only moon's side
# is held to one, and one crossing is enough; with IKE SAs it forgets the child together with the one that was redundant,
# and there is no case of that.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

least=3
[[ $1 != libreswan-* ]] || least=1

# Requests cross when the way takes longer than the two commands, as it mostly does.
gateways delay=400ms
start_sun "$1" <<<"$(peer_conf "$1" sun "${@:3}")"
XFRMD_FLAGS=--debug start_xfrmd moon <<<"$(tunnel_conf moon "${@:3}")"
expect up moon net
numbers=$(numbers)
before=$(times_rekeyed "$2")
stream alice bob 10.2.0.10 500 20
stream bob alice 10.1.0.10 500 20
for round in 1 2 3 4 5; do
    rekey sun "$2" &
    at_sun=$!
    rekey moon "$2" || fail "round $round: moon could not rekey"
    wait "$at_sun" || tell "round $round: sun could not"
    expect_settled
    expect_numbers "$numbers"
done
streams_run || fail "the streams ended before the last rekeying"
crossed=$(grep -c "rekeyings of .* crossed" "$out/moon.log" || :)
[[ $crossed -ge $least ]] || fail "only $crossed rekeyings crossed"
tell "moon rekeyed $(($(times_rekeyed "$2") - before)) times in 5 rounds"
expect_whole_streams
expect_settled
if [[ ${daemon_kind[sun]} == libreswan ]]; then
    expect rekey moon child
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
else
    expect_only_newest_in_kernels
fi
expect_no_clear
pass
