# The lab's peers: strongSwan of Debian 12 and 13, unpacked with all it needs into a folder each. Nothing is installed
# and no maintainer script runs, so no daemon starts on this machine and no root is needed; the lab chroots into them.
# shellcheck shell=bash

peer_packages=(
    charon-systemd strongswan-swanctl libcharon-extra-plugins libstrongswan-extra-plugins
    libstrongswan-standard-plugins dash coreutils
)
declare -A peer_release=([strongswan-5.9]=bookworm [strongswan-6.0]=trixie)

peers_unpacked() {
    local peer
    for peer in "${!peer_release[@]}"; do
        peer_unpacked "$peer" || return 1
    done
}

peer_unpacked() {
    [[ -x $cache/peers/$1/usr/sbin/charon-systemd && $(readlink "$cache/peers/$1") == *-$(peer_key) ]]
}

peer_key() { key_of "${peer_packages[@]}"; }

unpack_peers() {
    local peer
    mkdir -p "$cache/peers"
    for peer in "${!peer_release[@]}"; do
        peer_unpacked "$peer" || step "unpacking the peer $peer" unpack_peer "$peer" "${peer_release[$peer]}"
    done
}

unpack_peer() {
    local peer=$1 other=$2 root deb
    local archives=$cache/apt/peer-$other/cache/archives
    private_apt "peer-$other" deb "$other"
    rm -f "$archives"/*.deb
    apt-get install -y --download-only "${peer_packages[@]}"
    root=$cache/peers/${peer%-*}-$(package_version "$archives"/libstrongswan_*.deb)-$(peer_key)
    rm -rf "$root"
    make_root "$root"
    for deb in "$archives"/*.deb; do
        unpack_deb "$deb" "$root"
    done
    rm -f "$archives"/*.deb
    ln -sfn "${root##*/}" "$cache/peers/$peer"
}

package_version() { dpkg-deb -f "$1" Version | tr -d '[:space:]'; }

# The folders are mount points for the guest, whose own view of this tree is read-only.
make_root() {
    local name
    mkdir -p "$1"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,dev,proc,sys,run,tmp,var}
    for name in bin sbin lib lib64; do
        ln -s "usr/$name" "$1/$name"
    done
    ln -s /run "$1/var/run"
    printf 'root:x:0:0:root:/root:/bin/sh\n' >"$1/etc/passwd"
    printf 'root:x:0:\n' >"$1/etc/group"
}

unpack_deb() {
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-owner --no-same-permissions \
        --exclude './usr/share/doc' --exclude './usr/share/man' --exclude './usr/share/locale'
}
