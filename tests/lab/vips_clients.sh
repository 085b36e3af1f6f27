# Two clients with virtual addresses of both families behind one NAT, at one gateway. Each keeps its addresses when it
# authenticates again, make before break, also after the NAT has moved it, and gets them again when it has been away.
#   vips_clients.sh CLIENT GATEWAY [ENGINES]   as start_peer has them; ENGINES: of a gateway that is xfrmd, 1 where nothing
#   is said
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/nat.sh
source "$lib/nat.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

client=$1 gateway=$2 engines=${3:-1}

gateway_conf() {
    tunnel_conf sun local_addr=10.4.0.2 remote_addr=%any 'local_net=0.0.0.0/0, ::/0' remote_net=dynamic id=sun \
        'conn=pools = four, six'
    cat <<END
pools {
    four {
        addrs = 10.9.0.0/24
    }
    six {
        addrs = fd09::/120
    }
}
END
}

client_conf() {
    local conn=$'vips = 0.0.0.0, ::\n dpd_delay = 1s'
    [[ $client != xfrmd ]] || conn+=$'\n reauth_time = 4s\n over_time = 60s\n rand_time = 0s'
    tunnel_conf "$1" "local_addr=${own_address[$1]}" remote_addr=10.4.0.2 local_net=dynamic \
        'remote_net=10.2.0.0/24, fd02::/64' id="$1" peer_id=sun "conn=$conn"
}

# addresses HOST: the virtual ones, in order.
addresses() { ip -n "$1" -o addr show | grep -oE '(10\.9\.0\.|fd09::)[0-9a-f]+' | sort | tr '\n' ' '; }
are_two() { [[ $(count_at sun ike) -eq 2 && $(count_at sun child) -eq 2 ]]; }
expect_both() {
    local name
    eventually 10 are_two || fail "sun has $(count_at sun ike) and $(count_at sun child)"
    for name in moon mars; do
        [[ $(addresses "$name") == "${before[$name]}" ]] || fail "$name had ${before[$name]} and has $(addresses "$name")"
        expect_ping "$name" 10.2.0.10
        expect_ping "$name" fd02::10
    done
}
again() {
    if [[ $client == xfrmd ]]; then expect_log "$1" 'IKE SA reauthenticated' 15; else expect swanctl "$1" --rekey --reauth --ike gw; fi
}

ports_of_clients() { on sun ip xfrm state | grep -A 9 'dst 192.0.2.1$' | grep -o 'dport [0-9]*' | sort -u; }
# The kernel forgets a masquerade some time after its device has gone down.
have_moved() {
    come_from_others && return
    ip -n gate link set door down
    sleep 1
    ip -n gate link set door up
    route gate default via 192.0.2.2
    eventually 5 come_from_others
}
come_from_others() { [[ $(ports_of_clients | wc -l) -eq 2 ]] && ! ports_of_clients | grep -qxF "$ports"; }

nat_gateways moon source
host mars
link mars 10.6.0.2/24 gate 10.6.0.1/24
route mars default via 10.6.0.1
ip -n sun addr add fd02::1/64 dev "$(on sun ip -o route get 10.2.0.10 | grep -o 'dev [^ ]*' | cut -d' ' -f2)" nodad
ip -n bob addr add fd02::10/64 dev "$(on bob ip -o route get 10.2.0.1 | grep -o 'dev [^ ]*' | cut -d' ' -f2)" nodad
ip -n bob route add default via fd02::1
on sun sysctl -qw net.ipv6.conf.all.forwarding=1
XFRMD_FLAGS="--engines $engines" start_peer "$gateway" sun <<<"$(gateway_conf)"
for name in moon mars; do
    STRONGSWAN_CONF_EXTRA='make_before_break = yes' start_peer "$client" "$name" <<<"$(client_conf "$name")"
done
declare -A before=([moon]='10.9.0.1 fd09::1 ' [mars]='10.9.0.2 fd09::2 ')
expect up moon net
expect up mars net
expect_both
for name in moon mars; do again "$name"; done
expect_both
# The NAT has them come from other ports, as the gateway finds out, and they authenticate again from there. strongSwan 5.9
# does not tell each time that it has moved.
if [[ $client == 6.0 && $gateway == xfrmd ]]; then
    ports=$(ports_of_clients)
    eventually 40 have_moved || fail "the gateway still sends to $ports"
    for name in moon mars; do again "$name"; done
    expect_both
fi
# An xfrmd that has crashed still has tunnels, and does not say that it is new (INITIAL_CONTACT).
[[ $client == xfrmd ]] || crash moon
restart moon
expect up moon net
expect_both
clear mars
clear moon
expect_no_inner 'net 10.9.0.0/24'
pass
