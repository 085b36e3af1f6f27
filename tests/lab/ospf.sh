# OSPFv3 as RFC 4552 protects it: manual SAs in transport mode for protocol 89 over IPv6, with the same keys both ways, to
# the neighbour's own address and to the group of all routers (ff02::5). The packets are real ones of protocol 89.
# shellcheck shell=bash

sha=0x000102030405060708090a0b0c0d0e0f10111213
esp=(auth-trunc 'hmac(sha1)' "$sha" 96 enc 'ecb(cipher_null)' '')
group=ff02::5

# hello HOST DESTINATION INTERFACE: one packet of protocol 89.
hello() {
    # shellcheck disable=SC2016  # perl's own
    on "$1" perl -MSocket=:all -e '
        my ($to, $interface, $name) = @ARGV;
        socket(my $socket, AF_INET6, SOCK_RAW, 89) or die "socket: $!";
        setsockopt($socket, SOL_SOCKET, 25, $interface . "\0") or die "interface: $!";
        send($socket, "hello from $name", 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $to))) or die "send: $!";
    ' "$2" "$3" "$1"
}

# listen HOST INTERFACE: every packet of protocol 89 that gets through there becomes a line of /run/HOST/ospf.
listen() {
    # shellcheck disable=SC2016  # perl's own
    on "$1" perl -MSocket=:all -e '
        my ($group, $index) = @ARGV;
        $| = 1;
        socket(my $socket, AF_INET6, SOCK_RAW, 89) or die "socket: $!";
        setsockopt($socket, IPPROTO_IPV6, 20, pack_ipv6_mreq(inet_pton(AF_INET6, $group), $index)) or die "join: $!";
        print "listening\n";
        while (defined recv($socket, my $text, 1500, 0)) { print "$text\n" }
    ' "$group" "$(ip -n "$1" -o link show dev "$2" | cut -d: -f1)" >"/run/$1/ospf" &
    eventually 5 grep -qs listening "/run/$1/ospf" || fail "nobody listens on $1"
}
heard() { grep -cx "hello from $2" "/run/$1/ospf" || :; }
heard_more() { [[ $(heard "$1" "$2") -gt $3 ]]; }

# expect_hello FROM TO DESTINATION; expect_no_hello FROM TO DESTINATION: of three packets.
expect_hello() {
    local before
    before=$(heard "$2" "$1")
    hello "$1" "$3" "$2"
    eventually 5 heard_more "$2" "$1" "$before" || fail "$2 has not heard $1 say hello to $3"
    tell "$2 hears $1 say hello to $3"
}
expect_no_hello() {
    local before
    before=$(heard "$2" "$1")
    for _ in 1 2 3; do hello "$1" "$3" "$2" 2>/dev/null || :; done
    ! eventually 1 heard_more "$2" "$1" "$before" || fail "$2 has heard $1 say hello to $3"
    tell "$2 does not hear $1 say hello to $3"
}

# sa NAME DIRECTION SPI LOCAL REMOTE
sa() {
    cat <<END_SA
  $1 {
    direction = $2
    protocol = esp
    spi = $3
    mode = transport
    local_addrs = $4
    remote_addrs = $5
    local_ts = dynamic[ospf]
    remote_ts = dynamic[ospf]
    authentication {
      key = $sha
    }
  }
END_SA
}

gateways
moon=2001:db8::1 sun=2001:db8::2
# What is sent to the group is sent from the link's own address.
link_local() { ip -n "$1" -6 -o addr show dev "$2" scope link | grep -o 'fe80[^/]*'; }
eventually 5 link_local moon sun >/dev/null
moon_link=$(link_local moon sun)
sun_link=$(link_local sun moon)
listen moon sun
listen sun moon
expect_ping moon $sun
expect_hello moon sun $sun
expect_hello sun moon $moon
expect_hello sun moon $group

# Moon protects what sun does not: neither hears the other, though everything else passes.
start_xfrmd moon <<<"manual {
$(sa neighbour bidirectional 256 $moon $sun)
$(sa group_in inbound 257 $group %any)
$(sa group_out outbound 258 "$moon_link" $group)
}"
expect_no_hello moon sun $sun
expect_no_hello sun moon $moon
expect_no_hello sun moon $group
expect_ping moon $sun
clear_before=$(packets 'ip6 proto 89' | wc -l)

# The same on sun.
state() { ip -n sun xfrm state add src "$1" dst "$2" proto esp spi "$3" mode transport "${esp[@]}"; }
policy() {
    ip -n sun xfrm policy add src "$1" dst "$2" proto 89 dir "$3" tmpl src :: dst :: proto esp mode transport
}
state $moon $sun 256 && state $sun $moon 256
policy $moon/128 $sun/128 in && policy $sun/128 $moon/128 out
# Linux has one SA for an SPI and a group, so what comes from there has another SPI than what goes there.
state :: $group 258 && state "$sun_link" $group 257
policy ::/0 $group/128 in && policy "$sun_link/128" $group/128 out
expect_hello moon sun $sun
expect_hello sun moon $moon
expect_hello moon sun $group
expect_hello sun moon $group
expect_ping moon $sun
[[ $(packets 'ip6 proto 89' | wc -l) -eq $clear_before ]] || fail "protocol 89 went over the link in the clear"
tell "$(xfrmctl moon sa list)"
xfrmctl moon sa list | grep -qE '^neighbour +manual +bidirectional +transport +2001:db8::1 +2001:db8::2 +00000100' ||
    fail "sa list does not show it"
stop moon
expect_empty_kernel moon
pass
