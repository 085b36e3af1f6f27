# The common set-ups of servers, from swanctl.conf files as operators have them (setups/NAME/HOST.conf), the same for either
# daemon. scenarios.md tells which case shows what.
#   setup.sh SETUP MOON SUN [swanctl]   MOON, SUN: xfrmd, 5.9 or 6.0 (strongSwan); swanctl: the files are not read by xfrmd, but
#   loaded with strongSwan's swanctl
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"
# shellcheck source=tests/lab/lib/nat.sh
source "$lib/nat.sh"
# shellcheck source=tests/lab/lib/recording.sh
source "$lib/recording.sh"

setup=$1 moon=$2 sun=$3 how=${4:-file}
# Whoever is silent is given up after two seconds.
patience='--retransmit-timeout 0.5 --retransmit-base 1 --retransmit-tries 4'
conf_of() { cat "$lab_project/tests/lab/setups/$setup/$1.conf"; }

# begin WHO HOST: that daemon with the operator's files.
begin() {
    local who=$1
    [[ $who != xfrmd || $how == file ]] || who=swanctl
    if conf_of "$2" | grep -q ' certs = '; then
        put "$2" "$who" x509 "$ca/$2.pem"
        put "$2" "$who" x509ca "$ca/root.pem"
        put "$2" "$who" private "$ca/$2.key"
    elif conf_of "$2" | grep -q ' pubkeys = '; then
        put "$2" "$who" pubkey "$ca"/{moon,sun}.pub
        put "$2" "$who" private "$ca/$2.key"
    fi
    if [[ $who == swanctl ]]; then
        XFRMD_FLAGS=$patience start_xfrmd "$2" </dev/null
        enter_client "$2" 6.0
        load "$2"
    else
        XFRMD_FLAGS=$patience STRONGSWAN_CONF_EXTRA=$'retransmit_timeout = 0.5\n retransmit_base = 1\n retransmit_tries = 4' \
            start_peer "$who" "$2" <<<"$(conf_of "$2")"
    fi
}
load() {
    conf_of "$1" >"/run/$1/swanctl/swanctl.conf"
    ask_one "$1" --load-all --noprompt >"$out/$1.load" 2>&1 || fail "swanctl --load-all on $1: $(<"$out/$1.load")"
}
begin_both() {
    make_ca root ecdsa-256
    for name in sun moon; do
        make_certificate "$name" ecdsa-256 root
        openssl pkey -in "$ca/$name.key" -pubout -out "$ca/$name.pub"
    done
    begin "$sun" sun
    begin "$moon" moon
}

net2net() {
    expect up moon net
    expect_tunnel
    clear sun
    expect_empty_kernel moon sun
    expect up sun net
    expect_tunnel
}
case_net2net_psk() { net2net; }
case_net2net_cert() { net2net; }
case_net2net_pubkey() { net2net; }

case_host2host_transport() {
    expect up moon net
    expect_tunnel mode=transport
    [[ $(on moon ip xfrm state | grep -c 'mode transport') -eq 2 ]] || fail "not in transport mode: $(on moon ip xfrm state)"
}

is_protected() { [[ $(packets "$inner_networks" | wc -l) -eq 0 ]] || fail "an inner address on the outer link"; }
case_trap() {
    [[ $(sas) -eq 0 ]] || fail "SAs before the first packet"
    expect_ping alice 10.2.0.10
    is_protected
    clear moon
    expect_ping alice 10.2.0.10
    is_protected
}

# (A ping before that would leave in the clear.)
has_started() { [[ $(on moon ip xfrm state | grep -c 'proto esp spi 0x[^0]') -eq 2 ]]; }
case_start() {
    eventually 10 has_started || fail "the tunnel did not start"
    expect_tunnel
}

knock() { on alice timeout 1 bash -c "echo >/dev/tcp/10.2.0.10/$1" 2>/dev/null || :; }
case_shunts() {
    local clear_port='tcp port 7777 and src net 10.1.0.0/24'
    on moon ip route add 10.99.0.0/24 via 192.0.2.2
    expect_ping alice 10.2.0.10
    knock 7777
    eventually 2 carried_packets "$clear_port" || fail "mode = pass did not pass"
    expect_no_ping alice 10.99.0.1
    [[ $(packets "net 10.99.0.0/24" | wc -l) -eq 0 ]] || fail "mode = drop did not drop"
    [[ $(packets "($inner_networks) and not tcp port 7777" | wc -l) -eq 0 ]] || fail "in the clear"
}

answers_on() { on alice python3 "$lib/echo.py" ask 10.2.0.10 "$1"; }
case_protocols_ports() {
    on bob python3 "$lib/echo.py" serve tcp/80 udp/1500 udp/2048 >"$out/echo.log" &
    expect_ping alice 10.2.0.10
    eventually 5 answers_on tcp/80 || fail "no answer from tcp/80"
    eventually 5 answers_on udp/1500 || fail "no answer from udp/1500"
    is_protected
    # What is next to the range is in no selector.
    eventually 5 answers_on udp/2048 || fail "no answer from udp/2048"
    eventually 2 carried_packets 'udp dst port 2048' || fail "udp/2048 went into a tunnel"
}

case_marks() {
    expect up moon net
    on moon nft -f - <<END
table ip marks {
    chain in {
        type filter hook prerouting priority mangle;
        iifname alice icmp type echo-request mark set 42
        ip protocol esp mark set 42
        udp dport 4500 mark set 42
    }
}
END
    expect_ping alice 10.2.0.10
    is_protected
    knock 9
    eventually 2 carried_packets 'tcp dst port 9 and net 10.1.0.0/24' || fail "what has no mark went into the tunnel"
}

# make_interface HOST NET: what an operator does, or a script of theirs.
make_interface() {
    on "$1" ip link add xfrm42 type xfrm if_id 42
    on "$1" ip link set xfrm42 up
    on "$1" ip route replace "$2" dev xfrm42
}
case_xfrm_interface() {
    make_interface moon 10.2.0.0/16
    make_interface sun 10.1.0.0/16
    expect up moon net
    expect_tunnel
}
case_xfrm_interface_shared() {
    make_interface moon 10.2.0.0/16
    ip -n bob addr add 10.2.1.10/32 dev lo
    ip -n sun route add 10.2.1.0/24 via 10.2.0.10
    expect up moon net
    expect up moon other
    expect_tunnel
    expect_ping alice 10.2.1.10
    [[ $(on moon ip xfrm state | grep -c 'if_id 0x2a') -eq 4 ]] || fail "not four SAs of the interface: $(on moon ip xfrm state)"
}

case_double_nat() {
    expect up moon net
    expect_tunnel
    [[ $(on moon ip xfrm state | grep -c 'encap type espinudp sport 4500 dport 4500') -eq 2 ]] || fail "no ESP in UDP"
}

case_mobike() {
    expect up moon net
    expect_tunnel
    on moon ip addr add 192.0.2.11/24 dev sun
    on moon ip addr del 192.0.2.1/24 dev sun
    on moon ip addr add 192.0.2.11/24 dev sun 2>/dev/null || :
    ip -n moon route replace default via 192.0.2.2
    eventually 15 works || fail "the tunnel did not move"
    [[ $(on sun ip xfrm state | grep -c '192.0.2.11') -ge 2 ]] || fail "sun has another address: $(on sun ip xfrm state)"
    is_protected
}

has_no_child() { [[ $(on moon ip xfrm state | grep -c 'proto esp spi 0x[^0]') -eq 0 ]]; }
case_dpd_restart() {
    expect up moon net
    expect_tunnel
    crash sun
    on sun ip xfrm state flush
    on sun ip xfrm policy flush
    expect_no_ping alice 10.2.0.10
    eventually 20 has_no_child || fail "nobody noticed that sun has gone"
    launch sun
    [[ $sun == xfrmd ]] || swanctl sun --load-all >/dev/null
    [[ $sun != xfrmd || $how == file ]] || load sun
    eventually 20 works || fail "the tunnel did not come back"
}

# The same files again, and others: what has not changed goes on with the same SAs.
reload() {
    if [[ ${daemon_kind[moon]} == xfrmd && $how == swanctl ]]; then
        cat >"/run/moon/swanctl/swanctl.conf"
        ask_one moon --load-all --noprompt >"$out/moon.reload" 2>&1 || fail "$(<"$out/moon.reload")"
    else
        change_conf moon
    fi
}
spis() { on moon ip xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort; }
has_more() { [[ $("conns_of_${daemon_kind[moon]}" | grep -c more) -gt 0 ]]; }
conns_of_xfrmd() { xfrmctl moon conn list; }
conns_of_strongswan() { swanctl moon --list-conns; }
case_reload() {
    local before
    expect up moon net
    expect_tunnel
    before=$(spis)
    reload <<<"$(conf_of moon)"
    [[ $(spis) == "$before" ]] || fail "the same files have changed the SAs"
    reload <<<"$(conf_of moon | sed "/^connections {/r $lab_project/tests/lab/setups/reload/more.conf")"
    has_more || fail "the new connection is not there"
    [[ $(spis) == "$before" ]] || fail "another connection has changed the SAs"
    expect_tunnel
}

if [[ $setup == double_nat ]]; then nat_gateways moon both; else gateways; fi
begin_both
"case_$setup"
clear moon
pass
