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
[[ $(on moon ip xfrm policy | grep -c 'action block') -gt 0 ]] || fail "no block policies"

# No tunnel: what belongs into it goes nowhere.
expect_no_ping alice 10.2.0.10
expect up moon net
expect_tunnel

# The tunnel's policies vanish: what is below them holds until they are back.
on moon ip xfrm policy delete dir out src 10.1.0.0/24 dst 10.2.0.0/24
expect_ping alice 10.2.0.10
clear moon
expect_no_ping alice 10.2.0.10
# (The other gateway has no such block: only alice counts.)
[[ $(packets 'src net 10.1.0.0/24' | wc -l) -eq 0 ]] || fail "clear packets: $(packets 'src net 10.1.0.0/24' | head -n 3)"

# pass goes before the tunnel: a TCP segment to that port is answered (by a reset) in the clear.
on alice timeout 2 bash -c 'echo >/dev/tcp/10.2.0.10/7777' 2>/dev/null || :
[[ $(packets 'tcp port 7777' | wc -l) -gt 0 ]] || fail "mode = pass did not pass"
change_conf moon <<<"$(tunnel_conf moon)"
expect_empty_kernel moon
pass
