# OpenIKED on a host: iked in the foreground, ikectl to speak to it, and the tunnel of tunnel.sh as iked.conf has it.
# shellcheck shell=bash

# start_openiked HOST <<conf: OpenIKED, as Debian packages it, with this iked.conf.
start_openiked() {
    cat >"/run/$1/iked.conf"
    chmod 600 "/run/$1/iked.conf"
    enter_peer "$1" openiked-7
    openiked_key "$1"
    # shellcheck disable=SC2034  # read by daemons.sh
    daemon_kind[$1]=openiked
    launch "$1"
}

# openiked_key HOST: its certificate and key of certificates.sh. Without a key of its own it does not start, though with a
# pre-shared one it is not asked for.
openiked_key() {
    mkdir -p "/run/$1/empty" "/run/$1/etc"/{private,ca,certs,crls,pubkeys/{ipv4,ipv6,fqdn,ufqdn}}
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "/run/$1/etc/private/local.key"
    if [[ -n ${ca:-} ]]; then
        cp "$ca/$1.key" "/run/$1/etc/private/local.key"
        cp "$ca/$1.pem" "/run/$1/etc/certs/$1.crt"
        cp "$ca/root.pem" "/run/$1/etc/ca/ca.crt"
    fi
    openssl pkey -in "/run/$1/etc/private/local.key" -pubout -out "/run/$1/etc/local.pub"
    mount --bind "/run/$1/etc" "/run/$1/root/etc/iked"
}

# -S: its policies are active, and it initiates nothing before it is told to.
launch_openiked() {
    exec nsenter --net="/run/netns/$1" -- chroot "/run/$1/root" /usr/sbin/iked -dvSf /run/iked.conf -s /run/iked.sock
}

# ikectl HOST ARGUMENT...
ikectl() { chroot "/run/$1/root" /usr/sbin/ikectl -s /run/iked.sock "${@:2}"; }

ready_openiked() { [[ -S /run/$1/iked.sock ]]; }
has_child_openiked() { [[ $(count_openiked "$1" child) -gt 0 ]]; }
up_openiked() { ikectl "$1" active && eventually 10 has_child_openiked "$1"; }

# What is deleted would come again if it were active still.
clear_openiked() {
    local id type=FQDN
    id=$(sed -n 's/.* dstid \([^ ]*\).*/\1/p' "/run/$1/iked.conf")
    [[ $id != *[0-9].[0-9]* ]] || type=IPV4
    ikectl "$1" passive
    ikectl "$1" reset id "$type/$id"
}

configure_openiked() { cat >"/run/$1/iked.conf" && ikectl "$1" reload; }

# count_openiked HOST ike|child: a child is two SAs, one of them inward.
count_openiked() {
    if [[ $2 == ike ]]; then ikectl "$1" show sa | grep -c '^iked_sas: .* ESTABLISHED'; else ikectl "$1" show sa | grep -c 'sa_childsas: .* in '; fi
}

# openiked_conf HOST [KEY=VALUE...]: iked.conf for that gateway, with tunnel_conf's keys as far as they are plain ones;
# conn="WORDS" and child="WORDS" are words of iked.conf. auth: psk, or what iked.conf calls another method.
openiked_conf() {
    local "${tunnel_keys[@]}"
    tunnel_words "$@"
    [[ -z $ike$esp$encap ]] || fail "openiked_conf knows no proposals or encap"
    [[ $auth != psk ]] || auth="psk \"$psk\""
    cat <<END
ikev2 "net" active $mode esp from $local_net to $remote_net local $local_addr peer $remote_addr \\
    srcid ${id:-$local_addr} dstid ${peer_id:-$remote_addr} $conn $child $auth
END
}

# openiked_limit child|ike: the word that has it rekey after about two seconds, and again and again.
openiked_limit() {
    case $1 in
        child) echo child='lifetime 3' ;;
        ike) echo conn='ikelifetime 2' ;;
        *) fail "no OpenIKED rekeys by $1 here" ;;
    esac
}
