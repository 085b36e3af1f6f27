# A child in transport mode cannot follow its IKE SA to another address (its selectors are its addresses): that is said as
# it is, and another one takes its place.
#   mobike_transport.sh PEER   PEER: 5.9, 6.0 (strongSwan) or xfrmd, on sun; moon moves
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

is_protected() { on moon ip xfrm policy | grep -q 'src 192.0.2.11/32 dst 192.0.2.2/32'; }

gateways
start_sun "$1" <<<"$(tunnel_conf sun mode=transport id=sun peer_id=moon)"
start_xfrmd moon <<<"$(tunnel_conf moon mode=transport id=moon peer_id=sun)"
expect up moon net
expect_ping moon 192.0.2.2
# The child that it replaces has not gone yet when moon moves.
expect rekey moon child
on moon sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries'
on moon ip address add 192.0.2.11/24 dev sun
on moon ip address del 192.0.2.1/24 dev sun
eventually 10 is_protected || fail "no tunnel from the new address: $(on moon ip xfrm policy)"
expect_log moon 'child SA 1 .net. cannot follow its IKE SA: kernel refused'
expect_no_log moon 'the kernel has lost'
[[ $(grep -c 'cannot follow' "$out/moon.log") -eq 1 ]] || fail "said more than once: $(grep 'cannot follow' "$out/moon.log")"
expect_ping moon 192.0.2.2
expect_one_of_each
clear moon
expect_empty_kernel moon sun
pass
