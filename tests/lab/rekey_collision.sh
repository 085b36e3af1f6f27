# Both sides are told to rekey the same SA at the same instant, again and again (RFC 7296 2.8.1, 2.8.2): no datagram of a
# stream in either direction is lost, and each time one SA of each kind is left.
#   rekey_collision.sh PEER KIND   PEER: as start_peer has them; KIND: child or ike
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

# Requests cross when the way takes longer than the two commands, as it mostly does.
gateways delay=400ms
start_sun "$1" <<<"$(peer_conf "$1" sun)"
XFRMD_FLAGS=--debug start_xfrmd moon <<<"$(tunnel_conf moon)"
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
    eventually 10 is_one_of_each || expect_one_of_each
    expect_numbers "$numbers"
done
streams_run || fail "the streams ended before the last rekeying"
crossed=$(grep -c "rekeyings of .* crossed" "$out/moon.log" || :)
[[ $crossed -ge 3 ]] || fail "only $crossed rekeyings crossed"
tell "moon rekeyed $(($(times_rekeyed "$2") - before)) times in 5 rounds"
expect_whole_streams
expect_one_of_each
expect_only_newest_in_kernels
expect_no_clear
pass
