# NATs between the gateways: IKE moves to port 4500, ESP goes in UDP, and both survive rekeying from either side.
#   nat.sh PEER INITIATOR WHERE   PEER: as start_peer has them; INITIATOR: moon or sun; WHERE: source, destination, both (as
#   nat_gateways has them), or forced (encap = yes, and no NAT)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/nat.sh
source "$lib/nat.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 initiator=$2 where=$3 encap=()
[[ $where != forced ]] || encap=(encap=yes)

nat_gateways "$initiator" "$where"
start_peer "$peer" sun <<<"$(nat_conf "$peer" sun "${encap[@]}")"
start_xfrmd moon <<<"$(nat_conf xfrmd moon "${encap[@]}")"
expect up "$initiator" net
expect_ping alice 10.2.0.10
expect_ping bob 10.1.0.10
for side in moon sun; do
    for kind in child ike; do
        expect rekey "$side" "$kind"
        expect_one_of_each
        expect_ping alice 10.2.0.10
        expect_ping bob 10.1.0.10
    done
done
expect_no_clear
[[ $(packets esp | wc -l) -eq 0 ]] || fail "ESP without UDP: $(packets esp | head -n 1)"
if [[ $where == source || $where == both ]]; then
    [[ $(packets 'udp port 4500 and not udp portrange 20000-60000' | wc -l) -eq 0 ]] || fail "ports as they were"
fi
clear "$initiator"
expect_empty_kernel moon sun
pass
