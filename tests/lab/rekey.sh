# Rekeying under streams of 500 numbered datagrams a second in both directions: by a limit, then on demand. No datagram
# is lost or leaves in the clear, numbers stay, and in the end there is one of each.
#   rekey.sh PEER WHO LIMIT [SECONDS]   PEER: as start_peer has them; WHO: moon or sun, who rekeys; LIMIT: child
#   or ike (a rekey_time of that), packets or bytes (of the child); SECONDS: how long by the limit, 6 where nothing is said
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 rekeys=$2 limit=$3 seconds=${4:-6} kind=child
[[ $limit != ike ]] || kind=ike
if [[ $rekeys == moon ]]; then other=sun; else other=moon; fi

# conf HOST limited|unlimited: only the one who rekeys has a limit.
conf() {
    local who=xfrmd
    [[ $1 != sun ]] || who=$peer
    if [[ $1 == "$rekeys" && $2 == limited ]]; then
        peer_conf "$who" "$1" "$(peer_limit "$who" "$limit")"
    else
        peer_conf "$who" "$1"
    fi
}

both_streams() {
    stream alice bob 10.2.0.10 500 "$1"
    stream bob alice 10.1.0.10 500 "$1"
}

gateways
start_sun "$peer" <<<"$(conf sun limited)"
start_xfrmd moon <<<"$(conf moon limited)"
# Who rekeys first is not who began the IKE SA.
expect up "$other" net
expect_ping alice 10.2.0.10
numbers=$(numbers)
before=$(times_rekeyed "$kind")
both_streams "$seconds"
while streams_run; do
    expect_numbers "$numbers"
    sleep 0.5
done
expect_whole_streams
count=$(($(times_rekeyed "$kind") - before))
tell "rekeyed $count times by its limit"
[[ $count -ge $((seconds / 3)) ]] || fail "rekeyed $count times in $seconds s"
expect_one_of_each
clear moon
expect_empty_kernel moon sun
if ! can_rekey "$rekeys"; then
    expect_no_clear
    pass
    exit
fi

change_conf sun <<<"$(conf sun unlimited)"
change_conf moon <<<"$(conf moon unlimited)"
expect up "$other" net
numbers=$(numbers)
before=$(times_rekeyed "$kind")
both_streams 6
for _ in 1 2 3; do
    expect rekey "$rekeys" "$kind"
    expect_numbers "$numbers"
    sleep 1
done
streams_run || fail "the streams ended before the last rekeying"
expect_whole_streams
count=$(($(times_rekeyed "$kind") - before))
[[ $count -eq 3 ]] || fail "rekeyed $count times, not 3"
expect_one_of_each
expect_only_newest_in_kernels
expect_no_clear
pass
