# dpd_delay and inactivity by what the kernel has seen of a child's packets.
#   liveness.sh PEER heard|idle   PEER: 5.9, 6.0 (strongSwan) or xfrmd
#   heard: nobody is asked for life while packets come in, and somebody is when they do not
#   idle: a child goes after `inactivity` without packets, and its trap brings it back
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

ike_packets() { packets 'udp port 500 or udp port 4500' | wc -l; }
has_trap_only() { [[ $(sas) -eq 0 && -n $(on moon ip xfrm policy list dir out) ]]; }

heard() {
    # A peer with MOBIKE tells its addresses when it likes.
    start_xfrmd moon <<<"$(tunnel_conf moon conn=$'dpd_delay = 2s\n mobike = no')"
    expect up moon net
    stream bob alice 10.1.0.10 20 10
    local before
    before=$(ike_packets)
    while streams_run; do sleep 0.5; done
    [[ $(ike_packets) -eq $before ]] || fail "asked for life while packets came in: $(packets 'udp port 500' | tail -n 4)"
    tell "nobody was asked for 10 s"
    expect_whole_streams
    eventually 8 asked "$before" || fail 'nobody is asked although no packet comes in'
    expect_ping alice 10.2.0.10
}
asked() { [[ $(ike_packets) -ge $(($1 + 2)) ]]; }

idle() {
    start_xfrmd moon <<<"$(tunnel_conf moon child=$'inactivity = 4s\n start_action = trap')"
    eventually 10 works || fail 'the trap brings nothing up'
    stream alice bob 10.2.0.10 20 8
    while streams_run; do sleep 0.5; done
    expect_whole_streams
    [[ $(sas) -eq 2 ]] || fail 'the child has gone while packets went out'
    eventually 12 has_trap_only || fail "the child is not closed: $(on moon ip xfrm state)"
    expect_log moon 'child SA net has carried nothing for 4 s'
    [[ $(count_at moon ike) -eq 1 ]] || fail 'the IKE SA has gone as well'
    tell 'a trap stands'
    eventually 10 works || fail 'the trap brings nothing up again'
    expect_one_of_each
}

gateways
start_sun "$1" <<<"$(tunnel_conf sun)"
"$2"
expect_no_clear
pass
