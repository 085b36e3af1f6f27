# Peers by name: a name that nobody knows yet, one that is found later, and one that moves. An SA that stands is not
# touched, a new one goes to the new address. In the end there is a resolver that does not answer: nothing waits for it.
#   names.sh PEER   5.9, 6.0 (strongSwan) or xfrmd
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

sun_is_at() { printf '127.0.0.1 localhost\n%s\n' "${1:+$1 sun.lab}" >"$TMPDIR/hosts"; }
asks() { [[ $(packets 'udp dst port 53' | wc -l) -gt 0 ]]; }
peer_of_sa() { xfrmctl moon sa list 2>&1 | grep -q "$1"; }

gateways
sun_is_at ''
mount --bind "$TMPDIR/hosts" /etc/hosts
start_sun "$1" <<<"$(tunnel_conf sun local_addr=%any)"
start_xfrmd moon <<<"$(tunnel_conf moon remote_addr=sun.lab)"
expect_log moon 'the address of sun.lab cannot be had' 10
! xfrmctl moon conn up net >"$out/up.txt" 2>&1 || fail "a tunnel to a name that nobody knows"
grep -q 'the address of sun.lab is not known yet' "$out/up.txt" || fail "$(cat "$out/up.txt")"

sun_is_at 192.0.2.2
on moon kill -HUP "${daemon_pid[moon]}"
expect_log moon 'sun.lab is at 192.0.2.2' 10
# Names that are found at the same time are taken into the configuration together, a moment later.
eventually 5 up moon net || fail "no tunnel to where the name leads"
expect_ping alice 10.2.0.10

on sun ip addr add 192.0.2.7/24 dev moon
sun_is_at 192.0.2.7
on moon kill -HUP "${daemon_pid[moon]}"
expect_log moon 'sun.lab is at 192.0.2.7' 10
peer_of_sa 192.0.2.2 || fail "the SA that stood has gone"
expect_ping alice 10.2.0.10
expect xfrmctl moon sa clear --all
expect up moon net
peer_of_sa 192.0.2.7 || fail "not at the new address: $(xfrmctl moon sa list)"
expect_ping alice 10.2.0.10

# What is sent there is lost, and nothing is said.
on moon ip neigh add 192.0.2.99 lladdr 02:00:00:00:00:99 dev sun nud permanent
echo 'nameserver 192.0.2.99' >"$TMPDIR/resolv.conf"
mount --bind "$TMPDIR/resolv.conf" /etc/resolv.conf
sun_is_at ''
configure moon <<<"$(tunnel_conf moon | sed 's/remote_addrs = .*/remote_addrs = sun.lab, other.lab/')"
asked=$SECONDS
eventually 10 asks || fail 'the resolver is not asked'
stopped=$SECONDS
stop moon
tell "asked after $((stopped - asked)) s, stopped within $((SECONDS - stopped)) s"
[[ $((SECONDS - stopped)) -lt 5 ]] || fail "the stop took $((SECONDS - stopped)) s"
expect_empty_kernel moon sun
pass
