# Child and IKE SA rekeyed every second, both of them, under streams of numbered datagrams in both directions: no datagram is
# lost by us, numbers stay, and in the end there is one of each.
#   rekey_run.sh PEER WHO [SECONDS [RATE]]   PEER: as start_peer has them; WHO: moon or sun, who rekeys; SECONDS: how long (8);
#   RATE: datagrams a second in each direction (1000)
# The long run is made by hand, two minutes of it: scripts/lab --timeout 400 tests/lab/rekey_run.sh 6.0 moon 120
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 rekeys=$2 seconds=${3:-8} rate=${4:-1000}

# conf WHO HOST
conf() {
    local -a limits=()
    [[ $2 != "$rekeys" ]] || limits=("$(peer_limit "$1" child 1)" "$(peer_limit "$1" ike 1)")
    peer_conf "$1" "$2" "${limits[@]}"
}

gateways
start_sun "$peer" <<<"$(conf "$peer" sun)"
start_xfrmd moon <<<"$(conf xfrmd moon)"
expect up moon net
expect_ping alice 10.2.0.10
numbers=$(numbers)
children=$(times_rekeyed child) ike_sas=$(times_rekeyed ike)
stream alice bob 10.2.0.10 "$rate" "$seconds"
stream bob alice 10.1.0.10 "$rate" "$seconds"
while streams_run; do
    expect_numbers "$numbers"
    sleep 0.5
done
expect_whole_streams
children=$(($(times_rekeyed child) - children)) ike_sas=$(($(times_rekeyed ike) - ike_sas))
tell "the child was rekeyed $children times, the IKE SA $ike_sas times"
# strongSwan puts a child's rekeying off while its IKE SA's is under way.
[[ $children -ge $((seconds / 5)) && $ike_sas -ge $((seconds / 3)) ]] || fail "too seldom"
expect_settled
expect_ping alice 10.2.0.10
expect_no_clear
pass
