# The lab's peers: strongSwan, libreswan and OpenIKED of Debian 12 and 13, unpacked with all they need into a folder each.
# Nothing is installed and no maintainer script runs, so no daemon starts on this machine and no root is needed; the lab
# chroots into them.
# shellcheck shell=bash

declare -A peer_release=(
    [strongswan-5.9]=bookworm [strongswan-6.0]=trixie
    [libreswan-4]=bookworm [libreswan-5]=trixie [openiked-7]=trixie
)
# By the peer's name without its version; the first package's version is the peer's.
declare -A peer_packages=(
    [strongswan]='charon-systemd strongswan-swanctl libcharon-extra-plugins libstrongswan-extra-plugins
        libstrongswan-standard-plugins dash coreutils'
    [libreswan]='libreswan libnss3-tools iproute2 dash coreutils'
    [openiked]='openiked dash coreutils'
)
declare -A peer_program=(
    [strongswan]=usr/sbin/charon-systemd [libreswan]=usr/libexec/ipsec/pluto [openiked]=usr/sbin/iked
)

# Debian builds strongSwan 6.0 without ML-KEM: the plugin for that is built from Debian's own source of it.
ml_kem_plugin=strongswan-6.0/usr/lib/ipsec/plugins/libstrongswan-ml.so

peers_unpacked() {
    local peer
    for peer in "${!peer_release[@]}"; do
        peer_unpacked "$peer" || return 1
    done
    [[ -f $cache/peers/$ml_kem_plugin ]]
}

peer_unpacked() {
    [[ -x $cache/peers/$1/${peer_program[${1%-*}]} && $(readlink "$cache/peers/$1") == *-$(peer_key "$1") ]]
}

# shellcheck disable=SC2086  # the packages are a list of words
peer_key() { key_of ${peer_packages[${1%-*}]}; }

unpack_peers() {
    local peer
    mkdir -p "$cache/peers"
    for peer in "${!peer_release[@]}"; do
        peer_unpacked "$peer" || step "unpacking the peer $peer" unpack_peer "$peer" "${peer_release[$peer]}"
    done
    [[ -f $cache/peers/$ml_kem_plugin ]] || step "building strongSwan's ML-KEM plugin" build_ml_kem_plugin
}

# Its sources want nothing of the rest but headers; configure writes config.h.
build_ml_kem_plugin() {
    local work
    private_apt peer-source deb-src trixie
    work=$(mktemp -d "$cache/build.XXXXXX")
    # shellcheck disable=SC2064  # the folder's name is wanted as it is now
    trap "rm -rf '$work'" EXIT
    fetch_source strongswan "$work"
    cd "$work/source" || return
    ./configure --disable-defaults --enable-ml
    gcc -O2 -fPIC -shared -include config.h -I src/libstrongswan -DPLUGINS='""' src/libstrongswan/plugins/ml/*.c \
        -o "$cache/peers/$ml_kem_plugin"
}

unpack_peer() {
    local peer=$1 other=$2 root deb
    local archives=$cache/apt/peer-$other/cache/archives
    # shellcheck disable=SC2206
    local -a packages=(${peer_packages[${peer%-*}]})
    private_apt "peer-$other" deb "$other"
    rm -f "$archives"/*.deb
    apt-get install -y --download-only "${packages[@]}"
    root=$cache/peers/${peer%-*}-$(package_version "$archives/${packages[0]}"_*.deb)-$(peer_key "$peer")
    rm -rf "$root"
    make_root "$root"
    for deb in "$archives"/*.deb; do
        unpack_deb "$deb" "$root"
    done
    rm -f "$archives"/*.deb
    ln -sfn "${root##*/}" "$cache/peers/$peer"
}

package_version() { dpkg-deb -f "$1" Version | tr -d '[:space:]'; }

# The folders are mount points for the guest, whose own view of this tree is read-only. OpenIKED gives up root for a user
# of its own.
make_root() {
    local name
    mkdir -p "$1"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,dev,proc,sys,run,tmp,var}
    for name in bin sbin lib lib64; do
        ln -s "usr/$name" "$1/$name"
    done
    ln -s /run "$1/var/run"
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' '_iked:x:900:900:iked:/run/empty:/bin/false' >"$1/etc/passwd"
    printf '%s\n' 'root:x:0:' '_iked:x:900:' >"$1/etc/group"
}

unpack_deb() {
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-owner --no-same-permissions \
        --exclude './usr/share/doc' --exclude './usr/share/man' --exclude './usr/share/locale'
}
