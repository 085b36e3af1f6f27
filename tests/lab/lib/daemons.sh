# The daemons on the hosts: xfrmd and strongSwan, started, asked, stopped, and looked after at the end. Other peers have
# files of their own (libreswan.sh, openiked.sh) with the functions that are called here by the daemon's kind.
# shellcheck shell=bash

declare -A daemon_kind=() daemon_pid=() daemon_flags=()

# start_xfrmd HOST <<conf: xfrmd with this swanctl.conf; returns once its socket is there. XFRMD_FLAGS: more options,
# kept for a restart.
start_xfrmd() {
    cat >"/run/$1/swanctl.conf"
    daemon_kind[$1]=xfrmd
    daemon_flags[$1]=${XFRMD_FLAGS:-}
    launch "$1"
}

# start_strongswan HOST 5.9|6.0 <<conf: that strongSwan, as Debian packages it, with this swanctl.conf loaded.
# STRONGSWAN_CONF_EXTRA: lines for the charon section of its strongswan.conf, such as "cookie_threshold = 0".
start_strongswan() {
    local name=$1
    # swanctl complains about every folder of credentials that is missing.
    mkdir -p "/run/$name/swanctl"/{x509{,ca,ocsp,aa,ac,crl},pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12}
    cat >"/run/$name/swanctl/swanctl.conf"
    strongswan_conf >"/run/$name/strongswan.conf"
    enter_peer "$name" "strongswan-$2"
    name_protocols "$name" "/run/$name/root"
    daemon_kind[$name]=strongswan
    launch "$name"
    swanctl "$name" --load-all >"/run/$name/load.log" || fail "swanctl --load-all on $name: $(<"/run/$name/load.log")"
}

# enter_peer HOST PEER: that peer's files, with the host's own folder as their /run, become /run/HOST/root.
enter_peer() {
    local root=/run/$1/root
    mkdir -p "$root"
    mount --bind "$lab_peers/$2" "$root"
    mount --bind "/run/$1" "$root/run"
    mount --bind /dev "$root/dev"
    mount --bind /proc "$root/proc"
}

# name_protocols HOST ROOT: protocols and services have names there, as on any Debian that has more than this peer.
name_protocols() {
    mkdir -p "/run/$1/etc"
    cp -a "$2/etc/." /etc/protocols /etc/services "/run/$1/etc/"
    mount --bind "/run/$1/etc" "$2/etc"
}

# Debian's plugins, less those that this lab has no use for: loading all of them takes seconds in the guest, and some
# (dhcp, farp, forecast) would talk on the links.
strongswan_plugins='aes des rc2 sha1 sha2 md4 md5 random nonce x509 revocation constraints pubkey pkcs1 pkcs8 pem
    openssl gmp curve25519 chapoly xcbc cmac hmac kdf ctr ccm gcm drbg ml kernel-netlink socket-default vici updown
    eap-identity eap-md5 eap-mschapv2'
strongswan_env=(STRONGSWAN_CONF=/run/strongswan.conf SWANCTL_DIR=/run/swanctl)

strongswan_conf() {
    cat <<END
charon-systemd {
    load = ${strongswan_plugins//$'\n'/ }
    journal {
        default = -1
    }
    filelog {
        stderr {
            default = 1
            ike = 2
            cfg = 2
            time_format = %T
        }
    }
    plugins {
        vici {
            socket = unix:///run/charon.vici
        }
    }
    ${STRONGSWAN_CONF_EXTRA:-}
}
swanctl {
    load = pem pkcs1 pkcs8 x509 pubkey random nonce aes sha1 sha2 hmac gmp openssl
}
END
}

launch() {
    local name=$1
    rm -f "/run/$name"/{api.sock,charon.vici,pluto.ctl,pluto.pid,iked.sock}
    "launch_${daemon_kind[$name]}" "$name" >>"$out/$name.log" 2>&1 &
    daemon_pid[$name]=$!
    eventually 20 answers_or_died "$name"
    is_running "$name" || fail "the daemon on $name ended at once: $(tail -n 5 "$out/$name.log")"
    answers "$name" || fail "the daemon on $name does not open its socket: $(tail -n 5 "$out/$name.log")"
    tell "$name runs ${daemon_kind[$name]}"
}

# "exec": the recorded process id has to be the daemon's own.
launch_xfrmd() {
    # shellcheck disable=SC2086  # the flags are a list of words
    exec nsenter --net="/run/netns/$1" -- env STRONGSWAN_CONF="/run/$1/strongswan.conf" "$lab_build/daemon/xfrmd" \
        --config "/run/$1/swanctl.conf" --foreground --socket "/run/$1/api.sock" --vici "/run/$1/charon.vici" \
        --token-secret "/run/$1/token_secret" --crl-cache "/run/$1/crls" ${daemon_flags[$1]}
}

launch_strongswan() {
    exec nsenter --net="/run/netns/$1" -- env "${strongswan_env[@]}" chroot "/run/$1/root" /usr/sbin/charon-systemd
}

answers() { "ready_${daemon_kind[$1]}" "$1"; }
ready_xfrmd() { [[ -S /run/$1/api.sock ]]; }
ready_strongswan() { [[ -S /run/$1/charon.vici ]]; }
is_running() { kill -0 "${daemon_pid[$1]}" 2>/dev/null; }
answers_or_died() { answers "$1" || ! is_running "$1"; }

# xfrmctl HOST ARGUMENT..., swanctl HOST ARGUMENT...: the daemons' own tools, speaking to the daemon on that host.
xfrmctl() { "$lab_build/cli/xfrmctl" --socket "/run/$1/api.sock" "${@:2}"; }

swanctl() {
    env "${strongswan_env[@]}" chroot "/run/$1/root" /usr/sbin/swanctl "${@:2}" --uri unix:///run/charon.vici
}

# up HOST CHILD: initiates the child, whichever daemon runs there; fails if that fails.
up() {
    tell "$1 initiates $2"
    "up_${daemon_kind[$1]}" "$1" "$2" >"/run/$1/up.log" 2>&1 && return
    cat "/run/$1/up.log"
    return 1
}
up_xfrmd() { xfrmctl "$1" conn up "$2"; }
up_strongswan() { swanctl "$1" --initiate --child "$2" --timeout 30; }

# clear HOST: deletes every IKE SA that the daemon there has, and tells the peers.
clear() {
    tell "$1 clears its SAs"
    "clear_${daemon_kind[$1]}" "$1"
}
clear_xfrmd() { xfrmctl "$1" sa clear --all -y; }
clear_strongswan() {
    local id
    for id in $(swanctl "$1" --list-sas --raw | grep -o 'uniqueid=[0-9]*' | sort -u); do
        swanctl "$1" --terminate --ike-id "${id#*=}" >/dev/null || :
    done
}

# configure HOST <<conf: a new swanctl.conf, taken in with reload (SIGHUP, or swanctl --load-all).
configure() { "configure_${daemon_kind[$1]}" "$1"; }
configure_xfrmd() { cat >"/run/$1/swanctl.conf" && kill -HUP "${daemon_pid[$1]}"; }
configure_strongswan() { cat >"/run/$1/swanctl/swanctl.conf" && swanctl "$1" --load-all >/dev/null; }

# stop HOST: SIGTERM; the daemon has to end with status 0 within 10 seconds.
stop() {
    tell "$1 stops"
    end_daemon "$1" || fail "the daemon on $1 did not end as it should"
}

end_daemon() {
    local status=0
    is_running "$1" || tell "the daemon on $1 had already ended by itself"
    kill -TERM "${daemon_pid[$1]}" 2>/dev/null || status=1
    eventually 10 not is_running "$1" || kill -KILL "${daemon_pid[$1]}"
    wait "${daemon_pid[$1]}" || status=$?
    unset "daemon_pid[$1]"
    [[ $status -eq 0 ]] && return
    tell "the daemon on $1 ended with status $status"
    return 1
}

# crash HOST: SIGKILL, so that neither the peer nor the kernel is told.
crash() {
    tell "$1 crashes"
    kill -KILL "${daemon_pid[$1]}"
    wait "${daemon_pid[$1]}" 2>/dev/null || :
    unset "daemon_pid[$1]"
}

# restart HOST: stops the daemon if it runs, and starts it with the same configuration.
restart() {
    [[ -z ${daemon_pid[$1]:-} ]] || stop "$1"
    launch "$1"
    [[ ${daemon_kind[$1]} != strongswan ]] || swanctl "$1" --load-all >/dev/null
}

not() { ! "$@"; }

# stop_everything: the end of a scenario. xfrmd goes first, so that its Deletes still find a peer that answers; how a
# peer ends does not matter.
stop_everything() {
    local name status=0
    for name in "${!daemon_pid[@]}"; do
        [[ ${daemon_kind[$name]} != xfrmd ]] || end_daemon "$name" || status=1
    done
    for name in "${!daemon_pid[@]}"; do
        crash "$name" >/dev/null 2>&1
    done
    stop_captures
    return "$status"
}

stop_captures() {
    local name
    for name in "${!capture_pid[@]}"; do
        kill -TERM "${capture_pid[$name]}" && wait "${capture_pid[$name]}"
    done 2>/dev/null
    return 0
}

# dump_kernels: what each host's kernel holds, for whoever reads the out folder.
dump_kernels() {
    local name
    for name in "${hosts[@]}"; do
        {
            printf '# ip -s xfrm state\n' && ip -n "$name" -s xfrm state
            printf '\n# ip xfrm policy\n' && ip -n "$name" xfrm policy
            printf '\n# /proc/net/xfrm_stat\n' && on "$name" cat /proc/net/xfrm_stat
        } >"$out/$name.xfrm" 2>&1
    done
}

# check_logs: no xfrmd may have tripped a sanitizer.
check_logs() {
    local name
    for name in "${!daemon_kind[@]}"; do
        [[ ${daemon_kind[$name]} == xfrmd ]] || continue
        ! grep -E -m 3 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$out/$name.log" || return 1
    done
}
