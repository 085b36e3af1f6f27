# SIGKILL every two seconds under traffic: no packet is lost or leaves in the clear for which the kernel has an SA.
#   kill_storm.sh PEER SECONDS
# shellcheck shell=bash

lost() { sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$1" | { read -r sent got && echo $((sent - got)) "$sent"; }; }

gateways
start_pair "$1"
expect up moon net
expect_ping alice 10.2.0.10
on alice ping -n -q -i 0.01 -w "$2" 10.2.0.10 >"$out/alice.ping" &
alice=$!
on bob ping -n -q -i 0.01 -w "$2" 10.1.0.10 >"$out/bob.ping" &
bob=$!
kills=0
while kill -0 "$alice" 2>/dev/null; do
    crash moon
    launch moon
    kills=$((kills + 1))
    sleep 2
done
wait "$alice" "$bob" || :
tell "killed $kills times; lost and sent by alice: $(lost "$out/alice.ping"), by bob: $(lost "$out/bob.ping")"
# The last echo of each may be on its way when its time is up.
for name in alice bob; do
    [[ $(lost "$out/$name.ping" | cut -d' ' -f1) -le 1 ]] || fail "packets were lost: $(tail -n 3 "$out/$name.ping")"
done
expect_no_clear
expect up moon net
expect_tunnel
pass
