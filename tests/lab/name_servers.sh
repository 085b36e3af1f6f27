# DNS servers that a gateway tells (RFC 7296 3.15.1, RFC 8598): those of its strongswan.conf before those of its pool. Moon,
# a client, has them in its resolver's file as long as it has an address, on the interface that was named; nothing of either
# outlives the tunnel, also where the daemon was killed.
#   name_servers.sh GATEWAY   6.0 (strongSwan) or xfrmd
# shellcheck shell=bash

attributes='dns1 = 10.2.0.77
    nbns1 = 10.2.0.78
    plugins {
        attr {
            dns = fd02::77
            subnet = 10.2.0.0/24
        }
    }'
# As by default: before those that have pools.
strongswan_plugins="attr $strongswan_plugins"

# gateway_conf [ATTRIBUTE]
gateway_conf() {
    tunnel_conf sun id=sun peer_id=moon remote_net=dynamic 'conn=pools = four'
    printf 'pools {\n four {\n addrs = 10.3.0.0/24\n dns = 10.2.0.10\n %s\n }\n }\n' "${1:-}"
}
client_conf() { tunnel_conf moon id=moon peer_id=sun local_net=dynamic 'conn=vips = 0.0.0.0'; }

file=/run/moon/resolv.conf
theirs='# by hand
nameserver 192.0.2.53'
ours='nameserver 10.2.0.77  # by xfrmd
nameserver fd02::77  # by xfrmd
nameserver 10.2.0.10  # by xfrmd'
has_servers() { [[ $(<"$file") == "$ours"$'\n'"$theirs" ]]; }
has_none() { [[ $(<"$file") == "$theirs" ]]; }
expect_servers() { eventually 5 has_servers || fail "resolv.conf: $(<"$file")"; }
expect_none() { eventually 5 has_none || fail "resolv.conf: $(<"$file")"; }
has_address() { [[ $(ip -n moon -o -4 addr show dev "$1") == *' 10.3.0.1/32 '* ]]; }
lacks_address() { [[ $(ip -n moon -o -4 addr) != *10.3.0.* ]]; }
expect_gone() {
    clear moon
    eventually 5 lacks_address || fail "the address stays: $(ip -n moon -o -4 addr)"
    expect_none
}

gateways
printf 'charon {\n %s\n }\n' "$attributes" >/run/sun/strongswan.conf
printf 'charon {\n install_virtual_ip_on = inside\n plugins {\n resolve {\n file = %s\n }\n }\n }\n' "$file" >/run/moon/strongswan.conf
printf '%s\n' "$theirs" >"$file"
ip -n moon link add inside type dummy
ip -n moon link set inside up
STRONGSWAN_CONF_EXTRA=$attributes start_peer "$1" sun <<<"$(gateway_conf)"
start_xfrmd moon <<<"$(client_conf)"

expect up moon net
expect has_address inside
expect_servers
expect_ping moon 10.2.0.10
expect_gone
tell "told by strongswan.conf, then by the pool"

# Where something is mounted in its place, the file stays the one that it is.
cp "$file" /run/bound
mount --bind /run/bound "$file"
expect up moon net
expect_servers
[[ $(</run/bound) == "$(<"$file")" ]] || fail 'another file is there'
expect_gone
umount "$file"

# A killed daemon's tunnel still works, and so does its address until another one takes its place.
expect up moon net
expect_servers
crash moon
restart moon
expect_none
expect has_address inside
expect_ping moon 10.2.0.10
expect up moon net
expect has_address inside
expect_servers
expect_ping moon 10.2.0.10
expect_gone
expect up moon net
crash moon
ip -n moon xfrm state flush
ip -n moon xfrm policy flush
restart moon
eventually 5 lacks_address || fail "the address of the killed daemon stays: $(ip -n moon -o -4 addr)"
expect_none
tell 'what a killed daemon left is gone'

# For one domain alone: without systemd-resolved they are of no use, and everything else is as it was.
configure sun <<<"$(gateway_conf '25 = corp.example')"
expect up moon net
expect_log moon 'DNS servers for single domains are not used, as there is no systemd-resolved: corp.example'
expect_ping moon 10.2.0.10
expect_none
clear moon
expect_empty_kernel moon
pass
