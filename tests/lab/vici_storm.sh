# Clients of vici that stall, flood, send nonsense, never read or go away in the middle of a packet: IKE goes on as without
# them, a client that behaves is served, and memory stays bounded.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/recording.sh
source "$lib/recording.sh"

socket=/run/moon/charon.vici
# handshakes: how many the peer has made and ended in five seconds.
handshakes() {
    local done=0 until=$((SECONDS + 5))
    while [[ $SECONDS -lt $until ]]; do
        swanctl sun --initiate --child net --timeout 5 >/dev/null && swanctl sun --terminate --ike gw >/dev/null && done=$((done + 1))
    done
    echo "$done"
}
version() { PYTHONDONTWRITEBYTECODE=1 timeout 10 python3 "$lib/vici.py" "$socket" call version >>"$out/versions.txt"; }

gateways
start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
start_xfrmd moon <<<"$(tunnel_conf moon)"
enter_client moon 6.0
expect version
quiet=$(handshakes)
before=$(memory_of moon)
[[ $quiet -ge 3 ]] || fail "only $quiet handshakes without a storm"

PYTHONDONTWRITEBYTECODE=1 python3 "$lib/vici_storm.py" "$socket" 12 >"$out/storm.txt" &
storm=$!
stormy=$(handshakes)
tell "$quiet handshakes without a storm, $stormy in it"
# The storm and the peer share one processor with the daemon.
[[ $((stormy * 8)) -ge $quiet ]] || fail "the storm holds up IKE"
answered=0
for ((i = 0; i < 10; ++i)); do version && answered=$((answered + 1)); done
tell "in the storm $answered of 10 questions were answered"
wait "$storm" || fail "the storm ended early: $(<"$out/storm.txt")"
tell "cut off: $(<"$out/storm.txt")"
after=$(memory_of moon)
tell "memory: $before KiB before, $after KiB after"
[[ $after -lt $((before + 65536)) ]] || fail "the storm has left $((after - before)) KiB"

eventually 10 version || fail "nobody is served after the storm"
expect ask_one moon --list-sas
expect up sun net
expect_ping alice 10.2.0.10
pass
