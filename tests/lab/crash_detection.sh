# SIGKILL, and another start at once: the peer learns with its next message that its IKE SA is lost (RFC 6290), long
# before it would have stopped to ask, and has its tunnel again; whether the first one was rekeyed since, and by whom.
#   crash_detection.sh lost|forgotten [moon|sun]
#   lost: moon knows its secret again; its IKE SA was rekeyed by moon or sun, or by nobody
#   forgotten: it has lost that as well, and sun has to wait
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

closed() { grep -c 'IKE SA closed: peer has been restarted' "$out/sun.log" || :; }
knows() { [[ $(closed) -eq 1 ]]; }
has_refused() { [[ $(xfrmctl sun system info) == *crash_token_wrong* ]]; }
is_back() { [[ $(grep -c 'child SA net .* installed' "$out/sun.log") -eq 2 ]]; }

gateways
start_xfrmd moon <<<"$(tunnel_conf moon)"
start_xfrmd sun <<<"$(tunnel_conf sun conn='dpd_delay = 0' child='dpd_action = start')"
[[ $(stat -c '%a %s' /run/moon/token_secret) == '600 32' ]] || fail "the secret: $(ls -l /run/moon/token_secret)"
expect up moon net
expect_ping alice 10.2.0.10
if [[ -n ${2:-} ]]; then
    rekey "$2" ike
    eventually 5 is_one_of_each || fail "not rekeyed: $(counts)"
fi

crash moon
[[ $1 == lost ]] || rm /run/moon/token_secret
restart moon
expect_ping alice 10.2.0.10 # on what the kernel still has
(rekey sun child) >/dev/null 2>&1 &
if [[ $1 == lost ]]; then
    eventually 2 knows || fail "sun does not know: $(tail -n 5 "$out/sun.log")"
    tell 'sun knows'
    eventually 5 is_back || fail "the child is not back: $(xfrmctl sun sa list)"
    expect_one_of_each
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
else
    eventually 3 has_refused || fail "sun has seen no token: $(xfrmctl sun system info)"
    [[ $(closed) -eq 0 && $(count_at sun ike) -eq 1 ]] || fail 'sun believes a token that is not the one of moon'
fi
expect_no_clear
pass
