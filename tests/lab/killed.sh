# SIGKILL: what the daemon had in the kernel carries packets on without it; the next one takes it over without a gap, and
# leaves nothing of either behind. What ends of itself meanwhile takes its policies along.
#   killed.sh PEER
# shellcheck shell=bash

gateways
start_pair "$1"
expect up moon net
expect_ping alice 10.2.0.10
crash moon
expect_ping alice 10.2.0.10

restart moon
expect_log moon 'left 2 SAs and 3 policies'
expect_ping alice 10.2.0.10
expect up moon net
[[ $(on moon ip xfrm policy list dir out | grep -c 'tmpl') -eq 1 ]] || fail "two out policies"
expect_tunnel

# Once more, while the first one's inbound SA has its time: the outbound one went when nothing was sent through it any more.
[[ $(on moon ip -s xfrm state | grep -c 'expire add: soft 0(sec), hard 3[0-9]*(sec)') -gt 0 ]] || fail "old SAs without a limit"
crash moon
restart moon
expect_log moon 'left 3 SAs and 3 policies'
expect_ping alice 10.2.0.10
stop moon
no_policies() { [[ $(on moon ip xfrm policy | grep -c '^src 10') -eq 0 ]]; }
no_policies || fail "policies stayed"
[[ $(on moon ip xfrm state | grep -c '^src' || :) -eq 0 ]] || fail "SAs stayed: $(on moon ip xfrm state)"

# A policy that no SA serves any more would only keep packets from going anywhere.
restart moon
expect up moon net
crash moon
restart moon
no_policies && fail "nothing was left"
on moon ip xfrm state flush
eventually 2 no_policies || fail "policies without SAs stayed"
stop moon
expect_empty_kernel moon
pass
