# Virtual addresses (RFC 7296 2.19): sun is the gateway with pools, moon a client that asks for an address of each family.
# Moon reaches bob with them; they last as long as the IKE SA and those that take its place, and are the same afterwards.
#   vips.sh PEER ROLE [FAMILIES]   PEER: 5.9, 6.0 (strongSwan) or xfrmd; ROLE: gateway or client, which xfrmd is then;
#   FAMILIES: 4, 6 or 46, 4 where nothing is said
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 role=$2 families=${3:-4}

declare -A of=([4]='four 0.0.0.0 10.2.0.0/24' [6]='six :: fd02::/64')
pools='' vips='' remote_net=''
for family in $(grep -o . <<<"$families"); do
    read -r pool vip net <<<"${of[$family]}"
    pools+=${pools:+, }$pool vips+=${vips:+, }$vip remote_net+=${remote_net:+, }$net
done

# gateway_conf [ADDRS]: of the pool `four`.
gateway_conf() {
    tunnel_conf sun "local_net=$remote_net" remote_net=dynamic id=sun.example peer_id=moon.example "conn=pools = $pools"
    cat <<END
pools {
    four {
        addrs = ${1:-10.3.0.0/24}
        dns = 10.2.0.10
        subnet = 10.2.0.0/24
    }
    six {
        addrs = fd03::100/120
        dns = fd02::10
    }
}
END
}

client_conf() {
    tunnel_conf moon local_net=dynamic "remote_net=$remote_net" id=moon.example peer_id=sun.example "conn=vips = $vips"
}

has() { ip -n moon -o addr show | grep -qE " $1/(32|128) "; }
lacks() { ! has "$1"; }
# reaches_with ADDRESS BOB: moon has it, and reaches bob.
reaches_with() {
    eventually 5 has "$1" || fail "moon does not have $1"
    expect_ping moon "$2"
}
expect_works() {
    [[ $families != *4* ]] || reaches_with 10.3.0.1 10.2.0.10
    [[ $families != *6* ]] || reaches_with fd03::101 fd02::10
}
expect_virtual_sources() {
    [[ $families != *4* ]] || on moon ip route get 10.2.0.10 | grep -q 'src 10.3.0.1 ' || fail 'the source is another one'
    [[ $families != *6* ]] || on moon ip route get fd02::10 | grep -q 'src fd03::101 ' || fail 'the source is another one'
    [[ $families == *6* && ${daemon_kind[moon]} == xfrmd ]] || return 0
    # Nothing else gets it (RFC 4862 5.5.4).
    ip -n moon -6 addr show deprecated | grep -q fd03::101 || fail 'the address is preferred'
}
vips_at() { if [[ ${daemon_kind[$1]} == xfrmd ]]; then xfrmctl "$1" sa list --json | grep -A2 "\"$2_vips\"" | tr -d ' \n'; fi; }

gateways
if [[ $role == gateway ]]; then
    start_xfrmd sun <<<"$(gateway_conf)"
    start_peer "$peer" moon <<<"$(client_conf)"
else
    start_peer "$peer" sun <<<"$(gateway_conf)"
    start_xfrmd moon <<<"$(client_conf)"
fi
expect up moon net
expect_works
expect_virtual_sources
tell "vips: moon $(vips_at moon local), sun $(vips_at sun remote)"
for name in moon sun; do
    for what in child ike; do
        expect rekey "$name" "$what"
        eventually 10 is_one_of_each || fail "not one of each: $(counts)"
        expect_works
    done
done
if [[ ${daemon_kind[sun]} == xfrmd ]]; then
    configure sun <<<"$(gateway_conf 10.4.0.0/24)"
    [[ $families == 6 ]] || expect_log sun 'pool four has 1 leases online, and cannot be changed'
    expect_works
    configure sun <<<"$(gateway_conf)"
    expect_log sun 'configuration loaded'
    expect_works
fi
clear moon
eventually 5 lacks 10.3.0.1 || fail 'the address stays'
eventually 5 lacks fd03::101 || fail 'the address stays'
expect up moon net
expect_works
clear moon
expect_no_clear
expect_empty_kernel moon sun
pass
