# One strongswan.conf for both: strongSwan on sun and xfrmd on moon take the same file, and have its ports, its
# retransmission, its routing table and its log. What is wrong in it keeps xfrmd from starting, and changes nothing later.
# shellcheck shell=bash

# Between ports of which none is 500 strongSwan puts the marker of NAT traversal before IKE messages.
conn='local_port = 2501
        remote_port = 2501
        mobike = no'
has_route() { [[ $(ip -n "$1" route show table 77) == "$2 "* ]]; }
has_rule() { [[ $(ip -n "$1" rule) == *78:*'lookup 77'* ]]; }
requests_from() { packets "src host $1 and udp dst port 2501 and udp[20:4] = 0 and udp[24:4] = 0" | wc -l; }
has_requests() { [[ $(requests_from "$1") -ge $2 ]]; }
refuses() {
    local status=0
    on moon "$lab_build/daemon/xfrmd" --config /run/moon/swanctl.conf --foreground --socket /run/moon/other.sock \
        --strongswan-conf "$1" >"$out/refused.log" 2>&1 || status=$?
    [[ $status -eq 8 ]] || fail "xfrmd takes $1, or ends with $status: $(<"$out/refused.log")"
    grep -q "$2" "$out/refused.log" || fail "not said: $2; but: $(<"$out/refused.log")"
}

gateways
STRONGSWAN_CONF_EXTRA='port = 2500
    port_nat_t = 2501
    retransmit_tries = 2
    retransmit_timeout = 0.5
    retransmit_base = 1.0
    routing_table = 77
    routing_table_prio = 78
    threads = 8
    an_option_of_the_future = 1
    filelog {
        file {
            path = /run/file.log
            time_format = %Y-%m-%d %H:%M:%S
            default = 1
            append = no
            flush_line = yes
        }
    }' start_strongswan sun 6.0 <<<"$(tunnel_conf sun conn="$conn")"
XFRMD_FLAGS="--strongswan-conf /run/sun/strongswan.conf" start_xfrmd moon <<<"$(tunnel_conf moon conn="$conn")"

expect up moon net
# An address of moon's own inside is needed for a route.
expect has_route moon 10.2.0.0/24
expect has_rule moon
expect has_route sun 10.1.0.0/24
expect_ping alice 10.2.0.10
expect [ -z "$(packets 'udp port 500 or udp port 4500')" ]
for file in /run/file.log /run/sun/file.log; do
    grep -qE '^20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9] .*gw' "$file" || fail "$file: $(tail -n 3 "$file")"
done
expect_log moon 'an_option_of_the_future: xfrmd knows no such option'
tell "ports, routes and log as in the file, for both"

# Whoever moves the log away has it made anew, and a mistake in the file changes nothing.
mv /run/file.log /run/file.log.1
kill -HUP "${daemon_pid[moon]}"
eventually 5 test -s /run/file.log || fail "the log is not opened anew"
cp /run/sun/strongswan.conf /run/good.conf
echo 'charon { port = 70000 }' >>/run/sun/strongswan.conf
sed -i 's/^charon-systemd {/&\n    port = 70000/; s/    port = 2500//' /run/sun/strongswan.conf
kill -HUP "${daemon_pid[moon]}"
expect_log moon 'strongswan.conf:[0-9]*:[0-9]*: charon.port: expected a number from 1 to 65535'
expect_ping alice 10.2.0.10
refuses /run/sun/strongswan.conf 'charon.port: expected a number from 1 to 65535'
refuses /run/nowhere.conf 'No such file'

# Details from a reload on: also of what is dropped.
explains() {
    on sun bash -c 'printf x >/dev/udp/192.0.2.1/2500'
    grep -q 'datagram from 192.0.2.2' /run/file.log
}
expect_not explains
sed 's/ default = 1/ default = 2/' /run/good.conf >/run/sun/strongswan.conf
kill -HUP "${daemon_pid[moon]}"
eventually 5 explains || fail "drops are not explained: $(tail -n 3 /run/file.log)"
cp /run/good.conf /run/sun/strongswan.conf
kill -HUP "${daemon_pid[moon]}"

# A peer that has fallen silent: asked three times, half a second apart.
clear moon
expect_empty_kernel moon sun
crash sun
before=$(requests_from 192.0.2.1)
expect_not up moon net
eventually 5 has_requests 192.0.2.1 $((before + 3)) || fail "moon did not repeat its request twice"
[[ $(requests_from 192.0.2.1) -eq $((before + 3)) ]] || fail "moon asked $(($(requests_from 192.0.2.1) - before)) times"
tell "moon asks three times"
restart sun
stop moon
before=$(requests_from 192.0.2.2)
expect_not up sun net
eventually 5 has_requests 192.0.2.2 $((before + 3)) || fail "sun did not repeat its request twice"
[[ $(requests_from 192.0.2.2) -eq $((before + 3)) ]] || fail "sun asked $(($(requests_from 192.0.2.2) - before)) times"
tell "sun asks three times"
pass
