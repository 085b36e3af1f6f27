# Rekeying under streams of 500 numbered datagrams a second in both directions: by time, then on demand. No datagram is
# lost or leaves in the clear, numbers stay, and in the end there is one of each.
#   rekey.sh PEER WHO KIND   PEER: 5.9, 6.0 (strongSwan) or xfrmd; WHO: moon or sun, who rekeys; KIND: child or ike
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 who=$2 kind=$3
if [[ $who == moon ]]; then other=sun; else other=moon; fi

# Short times for the one who rekeys. strongSwan's own hard limits would come too soon.
conf() {
    if [[ $1 != "$who" || $2 != timed ]]; then
        tunnel_conf "$1"
    elif [[ $kind == child ]]; then
        tunnel_conf "$1" child=$'rekey_time = 3s\n life_time = 60s\n rand_time = 0s'
    else
        tunnel_conf "$1" conn=$'rekey_time = 3s\n over_time = 60s\n rand_time = 0s'
    fi
}

both_streams() {
    stream alice bob 10.2.0.10 500 "$1"
    stream bob alice 10.1.0.10 500 "$1"
}

gateways
start_sun "$peer" <<<"$(conf sun timed)"
start_xfrmd moon <<<"$(conf moon timed)"
# Who rekeys first is not who began the IKE SA.
expect up "$other" net
expect_ping alice 10.2.0.10
numbers=$(numbers)
before=$(times_rekeyed "$kind")
both_streams 13
while streams_run; do
    expect_numbers "$numbers"
    sleep 0.5
done
expect_whole_streams
count=$(($(times_rekeyed "$kind") - before))
tell "rekeyed $count times by time"
[[ $count -ge 3 ]] || fail "rekeyed $count times in 13 s"
expect_one_of_each
clear moon
expect_empty_kernel moon sun

change_conf sun <<<"$(conf sun untimed)"
change_conf moon <<<"$(conf moon untimed)"
expect up "$other" net
numbers=$(numbers)
before=$(times_rekeyed "$kind")
both_streams 10
for _ in 1 2 3 4 5 6; do
    expect rekey "$who" "$kind"
    expect_numbers "$numbers"
    sleep 1
done
expect_whole_streams
count=$(($(times_rekeyed "$kind") - before))
[[ $count -eq 6 ]] || fail "rekeyed $count times, not 6"
expect_one_of_each
expect_only_newest_in_kernels
expect_no_clear
pass
