# mode = pass and drop, and fail_closed = yes: what goes in the clear, what goes nowhere, and what is left when a tunnel
# and its policies have gone.
#   shunts.sh PEER
# shellcheck shell=bash

shunts='
    shunts {
        children {
            clear { local_ts = 10.1.0.0/24
                remote_ts = 10.2.0.0/24[tcp/7777]
                mode = pass
                start_action = trap
            }
            never { local_ts = 10.1.0.0/24
                remote_ts = 10.99.0.0/24
                mode = drop
                start_action = trap
            }
        }
    }'
with_shunts() { awk -v shunts="$shunts" '/^connections \{/ { print; print shunts; next } { print }'; }

gateways
start_strongswan sun "$1" <<<"$(tunnel_conf sun)"
XFRMD_FLAGS=--fail-closed start_xfrmd moon <<<"$(tunnel_conf moon | with_shunts)"
[[ $(on moon ip xfrm policy | grep -c 'action block') -gt 3 ]] || fail "no block policies"
on moon ip route add 10.99.0.0/24 via 192.0.2.2

# No tunnel: what belongs into it goes nowhere.
expect_no_ping alice 10.2.0.10
expect up moon net
expect_tunnel

# The tunnel's policies vanish: what is below them holds until they are back.
on moon ip xfrm policy delete dir out src 10.1.0.0/24 dst 10.2.0.0/24
expect_ping alice 10.2.0.10

# pass goes before the tunnel, and before the block when there is none: a TCP segment to that port leaves in the clear.
passed() { packets 'tcp port 7777 and src net 10.1.0.0/24' | wc -l; }
knock() { on alice timeout 1 bash -c 'echo >/dev/tcp/10.2.0.10/7777' 2>/dev/null || :; }
has_passed_more_than() { [[ $(passed) -gt $1 ]]; }
knock
eventually 2 has_passed_more_than 0 || fail "mode = pass did not pass beside the tunnel"
clear moon
before=$(passed)
knock
eventually 2 has_passed_more_than "$before" || fail "mode = pass did not pass without the tunnel"
expect_no_ping alice 10.2.0.10

# (The other gateway has no such block: only alice counts.)
clear_ones='src net 10.1.0.0/24 and not tcp port 7777'
expect_no_ping alice 10.99.0.1
[[ $(packets "$clear_ones" | wc -l) -eq 0 ]] || fail "clear packets: $(packets "$clear_ones" | head -n 3)"

# Without the shunts, and with a connection that says otherwise, all of that ends.
change_conf moon <<<"$(tunnel_conf moon conn='fail_closed = no')"
expect_empty_kernel moon
on alice ping -n -q -c 1 -W 1 10.99.0.1 >/dev/null || :
left_for() { [[ $(packets "dst net $1" | wc -l) -gt 0 ]]; }
eventually 2 left_for 10.99.0.0/24 || fail "mode = drop is still there"
pass
