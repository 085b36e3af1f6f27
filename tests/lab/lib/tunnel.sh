# The tunnel that most scenarios are about: moon and sun, one connection "gw" with one child "net", one pre-shared key.
# shellcheck shell=bash

# tunnel_conf HOST [KEY=VALUE...]: swanctl.conf for that gateway; the other gateway's is the mirror image.
#   outer=4|6 inner=4|6 mode=tunnel|transport ike=PROPOSALS esp=PROPOSALS psk=SECRET id=ID peer_id=ID
#   conn="LINES" child="LINES": more options, as they stand in the file
tunnel_conf() {
    local name=$1 outer=4 inner=4 mode=tunnel ike='' esp='' psk=laboratory id='' peer_id='' conn='' child=''
    local local_addr remote_addr local_net remote_net
    shift
    [[ $# -eq 0 ]] || local "$@"
    if [[ $outer == 4 ]]; then local_addr=192.0.2.1 remote_addr=192.0.2.2; else local_addr=2001:db8::1 remote_addr=2001:db8::2; fi
    if [[ $inner == 4 ]]; then local_net=10.1.0.0/24 remote_net=10.2.0.0/24; else local_net=fd01::/64 remote_net=fd02::/64; fi
    if [[ $name == sun ]]; then
        local swap=$local_addr
        local_addr=$remote_addr remote_addr=$swap
        swap=$local_net
        local_net=$remote_net remote_net=$swap
    fi
    cat <<END
connections {
    gw {
        version = 2
        local_addrs = $local_addr
        remote_addrs = $remote_addr
        ${ike:+proposals = $ike}
        $conn
        local {
            auth = psk
            ${id:+id = $id}
        }
        remote {
            auth = psk
            ${peer_id:+id = $peer_id}
        }
        children {
            net {
                $([[ $mode == transport ]] || printf 'local_ts = %s\n                remote_ts = %s' "$local_net" "$remote_net")
                mode = $mode
                ${esp:+esp_proposals = $esp}
                $child
            }
        }
    }
}
secrets {
    ike-peer {
        secret = "$psk"
    }
}
END
}

# works: alice reaches bob.
works() { pings alice 10.2.0.10 1; }
# has_policies: moon's kernel has the tunnel's three.
has_policies() { [[ $(on moon ip xfrm policy | grep -c '^src 10.[12].0.0/24') -eq 3 ]]; }
# sas: how many moon's kernel has, whoever's.
sas() { on moon ip xfrm state | grep -c '^src' || :; }

# start_pair WHO [KEY=VALUE...]: xfrmd on moon and WHO (5.9, 6.0 or xfrmd) on sun, both with that tunnel. SUN_CONF: KEY=VALUE
# words that only sun gets.
start_pair() {
    local who=$1
    shift
    # shellcheck disable=SC2086  # words on purpose
    if [[ $who == xfrmd ]]; then
        start_xfrmd sun <<<"$(tunnel_conf sun "$@" ${SUN_CONF:-})"
    else
        start_strongswan sun "$who" <<<"$(tunnel_conf sun "$@" ${SUN_CONF:-})"
    fi
    start_xfrmd moon <<<"$(tunnel_conf moon "$@")"
}

# change HOST KEY=VALUE...: another tunnel for that gateway, in force when this returns.
change() { change_conf "$1" <<<"$(tunnel_conf "$@")"; }

# change_conf HOST <<conf: the same with a whole swanctl.conf.
change_conf() {
    local before
    before=$(times_loaded "$1")
    configure "$1"
    [[ ${daemon_kind[$1]} != xfrmd ]] || eventually 5 loaded_again "$1" "$before" || fail "$1 did not reload"
}
times_loaded() { grep -c 'configuration loaded' "$out/$1.log" || :; }
loaded_again() { [[ $(times_loaded "$1") -gt $2 ]]; }

# expect_tunnel [KEY=VALUE...]: packets pass between the inner networks (transport mode: between the gateways), in ESP only.
expect_tunnel() {
    local outer=4 inner=4 mode=tunnel
    [[ $# -eq 0 ]] || local "$@"
    if [[ $mode == transport ]]; then
        if [[ $outer == 4 ]]; then expect_ping moon 192.0.2.2; else expect_ping moon 2001:db8::2; fi
    elif [[ $inner == 4 ]]; then
        expect_ping alice 10.2.0.10
        expect_ping bob 10.1.0.10
    else
        expect_ping alice fd02::10
        expect_ping bob fd01::10
    fi
    expect_no_clear
}
