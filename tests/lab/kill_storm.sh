# SIGKILL every two seconds under a ping flood and streams of numbered datagrams: no packet is lost or leaves in the clear
# for which the kernel has an SA.
#   kill_storm.sh PEER SECONDS [START_ACTION]
# With start_action = start each new process negotiates at once. The peer then sends on the new SA as soon as it has
# answered, which is before anybody can have that SA here (RFC 7296 2.8 knows no better for a first child): what the
# kernel counts as XfrmInNoStates is not held against anybody.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"

flood_lost() { sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$out/flood.ping" | { read -r sent got && echo $((sent - got)); }; }
sent_by_flood() { sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' "$out/flood.ping"; }

seconds=$2
gateways
SUN_CONF=child= start_pair "$1" child="start_action = ${3:-none}"
expect up moon net
expect_ping alice 10.2.0.10
before=$(without_sa moon)
stream alice bob 10.2.0.10 200 "$seconds"
stream bob alice 10.1.0.10 200 "$seconds"
on alice ping -f -n -q -w "$seconds" 10.2.0.10 >"$out/flood.ping" &
flood=$!
kills=0
while kill -0 "$flood" 2>/dev/null; do
    crash moon
    launch moon
    kills=$((kills + 1))
    sleep 2
done
wait "$flood" || :
end_streams
unavoidable=$(($(without_sa moon) - before))
tell "killed $kills times; flood: $(sent_by_flood) sent, $(flood_lost) lost; without an SA: $unavoidable"
[[ $kills -ge $((seconds / 4)) && $(sent_by_flood) -gt 1000 ]] || fail "that was no storm"
[[ -n ${3:-} || $unavoidable -eq 0 ]] || fail "SAs of a killed process went with it"
# The flood's last echo may be on its way when its time is up.
# shellcheck disable=SC2004  # without ${} one that is not there would count as 0
all=$(($(flood_lost) + ${lost[alice]} + ${lost[bob]}))
[[ $all -le $((unavoidable + 1)) ]] || fail "packets were lost: $all, of which $unavoidable had no SA here; $(xfrm_errors moon) $(xfrm_errors sun)"
expect up moon net
expect_tunnel
pass
