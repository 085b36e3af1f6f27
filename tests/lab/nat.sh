# NATs between the gateways: IKE moves to port 4500, ESP goes in UDP, and both survive rekeying from either side. Behind a
# NAT that is silent, moon keeps it open.
#   nat.sh PEER INITIATOR WHERE [transport|silent]   PEER: as start_peer has them; INITIATOR: moon or sun; WHERE: source,
#   destination, both (as nat_gateways has them), or forced (encap = yes, and no NAT)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/nat.sh
source "$lib/nat.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 initiator=$2 where=$3 more=${4:-} words=()
[[ $where != forced ]] || words+=(encap=yes)
[[ $more != transport ]] || words+=(mode=transport)

# expect_pings: from both ends, through the tunnel; in transport mode of the gateways themselves, from the initiator.
expect_pings() {
    if [[ $more == transport ]]; then
        expect_ping "$initiator" "${address_of[$(other_of "$initiator")]}"
    else
        expect_ping alice 10.2.0.10
        expect_ping bob 10.1.0.10
    fi
}
# moon_keeps_open: one 0xFF in UDP (RFC 3948 2.3).
moon_keeps_open() { carried_packets 'src host 192.0.2.1 and udp dst port 4500 and udp[4:2] = 9 and udp[8] = 0xff'; }

nat_gateways "$initiator" "$where"
start_peer "$peer" sun <<<"$(nat_conf "$peer" sun "${words[@]}")"
start_xfrmd moon <<<"$(nat_conf xfrmd moon "${words[@]}")"
expect up "$initiator" net
expect_pings
for side in moon sun; do
    for kind in child ike; do
        expect rekey "$side" "$kind"
        expect_one_of_each
        expect_pings
    done
done
expect_no_clear
[[ $(packets 'esp or icmp' | wc -l) -eq 0 ]] || fail "not in UDP: $(packets 'esp or icmp' | head -n 1)"
if [[ $where == source || $where == both ]]; then
    [[ $(packets 'udp port 4500 and not udp portrange 20000-60000' | wc -l) -eq 0 ]] || fail "ports as they were"
fi
if [[ $more == silent ]]; then
    eventually 25 moon_keeps_open || fail "no keepalive from moon"
    expect_pings
fi
clear "$initiator"
expect_empty_kernel moon sun
pass
