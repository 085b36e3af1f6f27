# Two clients behind one NAT at the same time, told apart by their ports only: both are served, rekey, and end each by itself.
#   nat_clients.sh CLIENT SERVER   as start_peer has them: on moon and mars, and on sun
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/nat.sh
source "$lib/nat.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

client=$1 server=$2 any=()
# Whoever it is, with whatever network it has.
[[ $server != libreswan-* ]] || any=(child=$'narrowing=yes\n    rightid=%any')

mars_works() { on mars ping -n -q -c 1 -W 1 -I 10.5.0.1 10.2.0.10 >/dev/null && pings bob 10.5.0.1 1; }
expect_both() {
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
    eventually 5 mars_works || fail "mars and bob do not reach each other"
}
# ports: that the NAT gave them.
ports() { packets 'src host 192.0.2.1 and dst port 4500' | grep -o '192.0.2.1.[0-9]* ' | sort -u | wc -l; }

are_two() { [[ $(count_at sun ike) -eq 2 && $(count_at sun child) -eq 2 ]]; }

nat_gateways moon source
host mars
link mars 10.6.0.2/24 gate 10.6.0.1/24
route mars default via 10.6.0.1
ip -n mars addr add 10.5.0.1/32 dev lo
start_peer "$server" sun <<<"$(nat_conf "$server" sun peer_id= remote_net=10.0.0.0/8 "${any[@]}")"
start_peer "$client" moon <<<"$(nat_conf "$client" moon)"
start_peer "$client" mars <<<"$(nat_conf "$client" mars local_net=10.5.0.0/24)"
expect up moon net
expect up mars net
expect_both
for name in moon mars; do
    expect rekey "$name" child
    expect rekey "$name" ike
done
eventually 8 are_two || fail "not two of each: $(counts)"
expect_both
[[ $(ports) -eq 2 ]] || fail "the NAT gave $(ports) ports"
clear mars
eventually 5 is_one_of_each || fail "not one of each: $(counts)"
expect_ping alice 10.2.0.10
expect_no_clear
clear moon
expect_empty_kernel moon mars sun
pass
