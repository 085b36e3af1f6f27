# The tunnel that most scenarios are about: moon and sun, one connection "gw" with one child "net", one pre-shared key.
# shellcheck shell=bash

# tunnel_conf HOST [KEY=VALUE...]: swanctl.conf for that gateway; the other gateway's is the mirror image.
#   outer=4|6 inner=4|6 mode=tunnel|transport ike=PROPOSALS esp=PROPOSALS psk=SECRET id=ID peer_id=ID encap=yes
#   local_addr=ADDRESS remote_addr=ADDRESS local_net=NET remote_net=NET: other ones than the topology has
#   auth=AUTH: of both sides
#   conn="LINES" child="LINES" local_lines="LINES" remote_lines="LINES" secrets="LINES": more options, as they stand in the file
tunnel_conf() {
    local "${tunnel_keys[@]}"
    tunnel_words "$@"
    cat <<END
connections {
    gw {
        version = 2
        local_addrs = $local_addr
        remote_addrs = $remote_addr
        ${ike:+proposals = $ike}
        ${encap:+encap = $encap}
        $conn
        local {
            auth = $auth
            ${id:+id = $id}
            $local_lines
        }
        remote {
            auth = $auth
            ${peer_id:+id = $peer_id}
            $remote_lines
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
    $secrets
}
END
}

# What a caller of tunnel_words declares as its own variables.
tunnel_keys=(
    outer=4 inner=4 mode=tunnel ike= esp= auth=psk psk=laboratory id= peer_id= encap= conn= child=
    local_lines= remote_lines= secrets=
    local_addr= remote_addr= local_net= remote_net=
)

# tunnel_words HOST [KEY=VALUE...]: sets those to what the words say, and to the topology's addresses.
tunnel_words() {
    local word moon_addr=192.0.2.1 sun_addr=192.0.2.2 moon_net=10.1.0.0/24 sun_net=10.2.0.0/24
    for word in "${@:2}"; do
        printf -v "${word%%=*}" '%s' "${word#*=}"
    done
    [[ $outer == 4 ]] || moon_addr=2001:db8::1 sun_addr=2001:db8::2
    [[ $inner == 4 ]] || moon_net=fd01::/64 sun_net=fd02::/64
    if [[ $1 == sun ]]; then
        : "${local_addr:=$sun_addr}" "${remote_addr:=$moon_addr}" "${local_net:=$sun_net}" "${remote_net:=$moon_net}"
    else
        : "${local_addr:=$moon_addr}" "${remote_addr:=$sun_addr}" "${local_net:=$moon_net}" "${remote_net:=$sun_net}"
    fi
}

# works: alice reaches bob.
works() { pings alice 10.2.0.10 1; }
# has_policies: moon's kernel has the tunnel's three.
has_policies() { [[ $(on moon ip xfrm policy | grep -c '^src 10.[12].0.0/24') -eq 3 ]]; }
# sas: how many moon's kernel has, whoever's.
sas() { on moon ip xfrm state | grep -c '^src' || :; }

# peer_conf WHO HOST [KEY=VALUE...]: the same tunnel as that daemon's own file has it.
peer_conf() {
    case $1 in
        libreswan-*) libreswan_conf "${@:2}" ;;
        openiked) openiked_conf "${@:2}" ;;
        *) tunnel_conf "${@:2}" ;;
    esac
}

# start_peer WHO HOST <<conf: WHO is 5.9 or 6.0 (strongSwan), libreswan-4, libreswan-5, openiked or xfrmd.
start_peer() {
    case $1 in
        xfrmd) start_xfrmd "$2" ;;
        libreswan-*) start_libreswan "$2" "${1#*-}" ;;
        openiked) start_openiked "$2" ;;
        *) start_strongswan "$2" "$1" ;;
    esac
}

# start_pair WHO [KEY=VALUE...]: xfrmd on moon and WHO on sun, both with that tunnel. SUN_CONF: KEY=VALUE words that only
# sun gets.
start_pair() {
    local who=$1
    shift
    # shellcheck disable=SC2086  # words on purpose
    start_peer "$who" sun <<<"$(peer_conf "$who" sun "$@" ${SUN_CONF:-})"
    start_xfrmd moon <<<"$(tunnel_conf moon "$@")"
}

# peer_limit WHO child|ike|packets|bytes [SECONDS]: the word (KEY=VALUE) with which that daemon rekeys about every two
# seconds, or those. The default hard limits would come too soon after that.
peer_limit() {
    case $1:$2 in
        libreswan-*:*) libreswan_limit "${@:2}" ;;
        openiked:*) openiked_limit "${@:2}" ;;
        *:child) echo child="rekey_time = ${3:-2}s"$'\n life_time = 60s\n rand_time = 0s' ;;
        *:ike) echo conn="rekey_time = ${3:-2}s"$'\n over_time = 60s\n rand_time = 0s' ;;
        *:packets) echo child=$'rekey_packets = 1000\n life_packets = 30000\n rand_packets = 100' ;;
        *:bytes) echo child=$'rekey_bytes = 40000\n life_bytes = 1200000\n rand_bytes = 100' ;;
    esac
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
