# Selectors with a protocol, a port, a range of ports, and ICMP: packets that belong into a tunnel go in ESP or nowhere,
# those next to them go as they are.
#   selectors.sh PEER INITIATOR
# shellcheck shell=bash

# children_conf HOST: one child for each kind. (One side has names of protocols, the other numbers.)
children_conf() {
    local own=10.1.0.0/24 other=10.2.0.0/24 icmp="[icmp]" conf
    local -a web=("[tcp]" "[tcp/80]") range=("[udp]" "[udp/1000-2000]")
    conf=$(tunnel_conf "$1" conn="fail_closed = yes")
    [[ $1 == moon ]] || own=10.2.0.0/24 other=10.1.0.0/24 icmp="[1]" web=("[6/80]" "[6]") range=("[17/1000-2000]" "[17]")
    # strongSwan has no such option.
    [[ $1 == moon ]] || conf=${conf/fail_closed = yes/}
    awk -v children="
            web { local_ts = $own${web[0]}
                remote_ts = $other${web[1]} }
            range { local_ts = $own${range[0]}
                remote_ts = $other${range[1]} }
            icmp { local_ts = $own$icmp
                remote_ts = $other$icmp }" '
        / net \{/ { print children; skip = 1 }
        !skip { print }
        skip && /\}/ { skip = 0 }' <<<"$conf"
}

asks() { on alice python3 "$lab_project/tests/lab/lib/echo.py" ask 10.2.0.10 "$1"; }
in_clear() { packets "$inner_networks" | wc -l; }
in_esp() { packets "$esp_filter" | wc -l; }
on_port() { packets "${1%/*} dst port ${1#*/}" | wc -l; }
went_plain() { [[ $(on_port "$1") -gt $2 ]]; }
seen() { [[ $(in_esp) -gt $1 ]]; }

# expect_protected PORT: an answer comes, and the outer link saw ESP.  expect_plain PORT: the outer link saw the packet.
# (Linux has no ranges. strongSwan makes a larger one of 1000-2000, which keeps sun from answering what is next to it.)
expect_protected() {
    local clear esp
    clear=$(in_clear) esp=$(in_esp)
    eventually 3 asks "$1" || fail "no answer from $1"
    eventually 3 seen "$esp" || fail "$1 did not go in ESP"
    [[ $(in_clear) -eq $clear ]] || fail "$1 went in the clear"
    tell "$1 is protected"
}
expect_plain() {
    local esp plain
    esp=$(in_esp) plain=$(on_port "$1")
    asks "$1" || [[ $1 == udp/* ]] || fail "no answer from $1"
    eventually 3 went_plain "$1" "$plain" || fail "$1 was not seen in the clear"
    [[ $(in_esp) -eq $esp ]] || fail "$1 went in ESP"
    tell "$1 goes as it is"
}
# expect_blocked PORT: nothing comes, nothing is seen.
expect_blocked() {
    local clear esp
    clear=$(in_clear) esp=$(in_esp)
    ! asks "$1" || fail "$1 answers without a tunnel"
    [[ $(in_clear) -eq $clear && $(in_esp) -eq $esp ]] || fail "$1 left without a tunnel"
    tell "$1 goes nowhere"
}

gateways
on bob python3 "$lab_project/tests/lab/lib/echo.py" serve tcp/80 tcp/81 udp/999 udp/1000 udp/1535 udp/2000 udp/2001 >/run/bob/echo &
server=$!
eventually 5 grep -qs listening /run/bob/echo || fail "bob does not listen"
start_strongswan sun "$1" <<<"$(children_conf sun)"
start_xfrmd moon <<<"$(children_conf moon)"

# fail_closed: before there is a tunnel.
for port in tcp/80 udp/1000 udp/2000; do expect_blocked "$port"; done
expect_no_ping alice 10.2.0.10
for port in tcp/81 udp/999 udp/2001; do expect_plain "$port"; done

for child in web range icmp; do up "$2" "$child" || fail "$child does not come up"; done
[[ $(on moon ip xfrm state | grep -c '^src') -eq 6 ]] || fail "not six SAs: $(on moon ip xfrm state)"
for port in tcp/80 udp/1000 udp/1535 udp/2000; do expect_protected "$port"; done
for port in tcp/81 udp/999 udp/2001; do expect_plain "$port"; done
clear=$(packets 'icmp and net 10.1.0.0/24' | wc -l)
expect_ping alice 10.2.0.10
expect_ping bob 10.1.0.10
[[ $(packets 'icmp and net 10.1.0.0/24' | wc -l) -eq $clear ]] || fail "ICMP went in the clear"

# Each of them in an SA of its own.
[[ $(on moon ip -s xfrm state | grep -cE '^[[:space:]]+[1-9][0-9]*\(bytes\), [1-9]') -eq 6 ]] ||
    fail "not every SA carried packets: $(on moon ip -s xfrm state)"

clear moon
for port in tcp/80 udp/1000 udp/2000; do expect_blocked "$port"; done
[[ $(packets 'tcp port 80 or udp portrange 1000-2000 and not udp port 1701' | wc -l) -eq 0 ]] || fail "protected ports in the clear"
kill "$server"
stop moon
expect_empty_kernel moon
pass
