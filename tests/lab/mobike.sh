# MOBIKE (RFC 4555): an address goes away in the middle of streams in both directions, and then comes back. The tunnel goes
# on with the same SAs, and what is rekeyed afterwards works, too.
#   mobike.sh PEER INITIATOR [NET [MOVER]]   PEER: 5.9, 6.0 (strongSwan) or xfrmd, on sun; INITIATOR: moon or sun; NET: behind
#   sun, 10.2.0.0/24 where nothing is said; MOVER: initiator, or responder
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

initiator=$2 mover=$2 net=${3:-10.2.0.0/24}
if [[ ${4:-initiator} == responder ]]; then [[ $initiator == moon ]] && mover=sun || mover=moon; fi
if [[ $mover == moon ]]; then other=sun old=192.0.2.1 new=192.0.2.11 end=192.0.2.2; else other=moon old=192.0.2.2 new=192.0.2.12 end=192.0.2.1; fi

# In two moves, each of which xfrmd is done with within a second and a half. What strongSwan has asked when it moves goes on
# four seconds later.
most_lost=600
[[ $mover == moon || $1 == xfrmd ]] || most_lost=1800

# Both ends' kernels know the mover by this address, and by no other.
is_at() {
    local host content
    for host in moon sun; do
        content=$(on "$host" ip xfrm state; on "$host" ip xfrm policy)
        [[ $content == *"src $1 dst $end"* && $content == *"src $end dst $1"* && $content != *" $2"[^0-9]* ]] || return 1
    done
}
# replace_address FROM TO, at the mover.
replace_address() {
    on "$mover" ip address add "$2/24" dev "$other"
    on "$mover" ip address del "$1/24" dev "$other"
    tell "$mover has $2 in place of $1"
}

gateways
# What still comes for an address that has gone is not to be answered with a redirect.
on "$mover" sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries
    for all in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 >"$all"; done'
start_sun "$1" <<<"$(tunnel_conf sun id=sun peer_id=moon local_net="$net")"
start_xfrmd moon <<<"$(tunnel_conf moon id=moon peer_id=sun remote_net="$net")"
expect up "$initiator" net
expect_ping alice 10.2.0.10
before=$(spis_of moon)
stream alice bob 10.2.0.10 200 10
stream bob alice 10.1.0.10 200 10
sleep 1
replace_address "$old" "$new"
eventually 10 is_at "$new" "$old" || fail "not at $new: $(on moon ip xfrm state) $(on sun ip xfrm state)"
tell "both kernels know $mover at $new"
expect_ping alice 10.2.0.10
sleep 1
replace_address "$new" "$old"
eventually 10 is_at "$old" "$new" || fail "not at $old: $(on moon ip xfrm state) $(on sun ip xfrm state)"
end_streams
for receiver in alice bob; do
    [[ ${lost[$receiver]} -le $most_lost ]] || fail "$receiver has lost ${lost[$receiver]}"
done
[[ $(spis_of moon) == "$before" ]] || fail "other SAs than before: $before, now $(spis_of moon)"
expect rekey "$mover" child
expect_one_of_each
expect rekey "$other" ike
expect_one_of_each
expect_ping bob 10.1.0.10
replace_address "$old" "$new"
eventually 10 is_at "$new" "$old" || fail "not at $new after rekeying: $(on moon ip xfrm state) $(on sun ip xfrm state)"
expect_ping bob 10.1.0.10
expect_no_clear
clear "$mover"
expect_empty_kernel moon sun
pass
