# Somebody else's hand in the kernel: policies that are flushed come back, SAs that are flushed are negotiated anew, and
# nobody else's objects are touched.
#   drift.sh PEER
# shellcheck shell=bash

foreign='src 10.77.0.0/24 dst 10.78.0.0/24 dir out'
foreign_is_there() { [[ $(on moon ip xfrm policy | grep -c '^src 10.77.0.0/24 dst 10.78.0.0/24') -eq 1 ]]; }

gateways
start_pair "$1"
# shellcheck disable=SC2086  # words on purpose
on moon ip xfrm policy add $foreign action block priority 7
expect up moon net
expect_tunnel

for policy in 'dir out src 10.1.0.0/24 dst 10.2.0.0/24' 'dir in src 10.2.0.0/24 dst 10.1.0.0/24'; do
    # shellcheck disable=SC2086  # words on purpose
    on moon ip xfrm policy delete $policy
    eventually 2 has_policies || fail "the policy ($policy) did not come back"
done
expect_ping alice 10.2.0.10

on moon ip xfrm policy flush
eventually 2 has_policies || fail "flushed policies did not come back"
expect_ping alice 10.2.0.10

# One SA alone: the kernel tells which.
on moon ip xfrm state | awk '/^src/ { src = $2; dst = $4 } /proto/ { print src, dst, $2, $4; exit }' >"$out/sa"
read -r src dst proto spi <"$out/sa"
on moon ip xfrm state delete src "$src" dst "$dst" proto "$proto" spi "$spi"
eventually 5 works || fail "the tunnel did not come back when an SA had gone"
expect_log moon 'has lost child SA 1 '

# shellcheck disable=SC2086  # words on purpose
on moon ip xfrm policy add $foreign action block priority 7
on moon ip xfrm state flush
eventually 5 works || fail "the tunnel did not come back"
expect_tunnel
foreign_is_there || fail "somebody else's policy has gone"
expect_no_clear
stop moon
foreign_is_there || fail "somebody else's policy went with the daemon"
# shellcheck disable=SC2086  # words on purpose
on moon ip xfrm policy delete $foreign
expect_empty_kernel moon
pass
