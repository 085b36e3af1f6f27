#!/usr/bin/env bash
# Installs the package as an administrator of a strongSwan server would, in a fresh Debian in a folder, and looks whether
# swanctl and its files are as they were, and xfrmd works. Needs root, debootstrap and the network.
#
#   tests/packaging/install.sh PACKAGE.deb SUITE [FOLDER]   SUITE: bookworm or trixie; FOLDER: a Debian that is there already
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for part in common debian; do
    # shellcheck source=/dev/null
    source "$project/scripts/lib/$part.sh"
done
[[ $# -ge 2 ]] || die "usage: tests/packaging/install.sh PACKAGE.deb SUITE [FOLDER]"
package=$(realpath "$1")
suite=$2
root=${3:-}

fail() { die "FAILED on $suite: $*"; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
# shellcheck disable=SC2016  # dpkg-query's words
installed() { inside dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
clean_up() {
    umount -q "$root/proc" || :
    [[ -z ${made:-} ]] || rm -rf --one-file-system "$made"
}

if [[ -z $root ]]; then
    require_debian
    made=$(mktemp -d)
    root=$made
    debootstrap --variant=minbase "$suite" "$root" "$(mirror_of "${release:?}")" >"$root.log" || fail "see $root.log"
fi
trap clean_up EXIT
mount -t proc proc "$root/proc"
cp "$package" "$root/tmp/xfrmd.deb"
cp /etc/resolv.conf "$root/etc/resolv.conf"

# A server as it is today.
inside apt-get update -q >/dev/null
inside apt-get install -qy --no-install-recommends charon-systemd strongswan-swanctl >/dev/null
cat >"$root/etc/swanctl/conf.d/office.conf" <<'END'
connections {
    office {
        remote_addrs = 192.0.2.2
        local { auth = psk }
        remote { auth = psk }
        children { net { remote_ts = 10.2.0.0/16
            updown = /usr/lib/ipsec/_updown iptables } }
    }
}
secrets { ike-office { secret = "not a secret at all" } }
END
before=$(cd "$root" && find etc/swanctl -type f -exec sha256sum {} + | sort)

inside apt-get install -qy --no-install-recommends /tmp/xfrmd.deb >"$root/tmp/install.log" 2>&1 || fail "$(tail -n 5 "$root/tmp/install.log")"
installed xfrmd || fail "xfrmd is not installed"
! installed charon-systemd || fail "charon-systemd is still there"
installed strongswan-swanctl || fail "strongswan-swanctl has gone"
[[ $(cd "$root" && find etc/swanctl -type f -exec sha256sum {} + | sort) == "$before" ]] || fail "/etc/swanctl has changed"
inside getent group xfrmd >/dev/null || fail "there is no group xfrmd"
say "$(inside xfrmd --version), $(inside xfrmctl --version | head -n 1) on $suite"
inside xfrmd --check >"$root/tmp/check.log" 2>&1 || fail "xfrmd --check: $(<"$root/tmp/check.log")"
[[ $(inside xfrmd-fetch 2>&1 </dev/null) == *'xfrmd, which starts it'* ]] || fail "xfrmd-fetch does not run"
for file in usr/lib/systemd/system/xfrmd.service usr/libexec/xfrmd/updown usr/lib/sysusers.d/xfrmd.conf; do
    [[ -e $root/$file ]] || fail "there is no /$file"
done
# Its status is that of the daemon, which does not run.
[[ $(inside swanctl --version 2>&1 || :) == *"strongSwan "*swanctl* ]] || fail "swanctl does not run"

inside apt-get purge -qy xfrmd >/dev/null
[[ $(cd "$root" && find etc/swanctl -type f -exec sha256sum {} + | sort) == "$before" ]] || fail "/etc/swanctl has changed when xfrmd went"
! inside sh -c 'command -v xfrmd' >/dev/null || fail "xfrmd is still there"
say "pass: installed beside swanctl on $suite, and removed"
