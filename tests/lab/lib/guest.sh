# The guest's first process (sourced by the script that scripts/lab writes): makes a system out of the host's
# read-only files, runs the scenario, and switches the guest off.
# shellcheck shell=bash

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run LC_ALL=C TMPDIR=/run/tmp
cd /

mount_system() {
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
    mount -t tmpfs tmpfs /run
    mkdir -p /run/tmp /run/out
    # The option's name came with kernel 6.11; older ones take the bare path.
    mount -t hostfs -o "hostfs=$lab_out" none /run/out 2>/dev/null || mount -t hostfs -o "$lab_out" none /run/out
}

# Debian's kernel keeps its modules outside /lib/modules, and there is no folder to mount them on in a read-only tree.
teach_modprobe() {
    mkdir -p /run/modprobe/lib
    ln -s /usr/lib/uml/modules /run/modprobe/lib/modules
    printf '#!/bin/sh\nexec /sbin/modprobe -d /run/modprobe "$@"\n' >/run/modprobe/modprobe
    chmod +x /run/modprobe/modprobe
    echo /run/modprobe/modprobe >/proc/sys/kernel/modprobe
    # The kernel asks for most of these by itself, but a tenth of a second each; IPv6 nobody would ask for.
    /run/modprobe/modprobe -a ipv6 veth bridge xfrm_user esp4 esp6 authenc echainiv seqiv ctr cbc gcm hmac sha256 sha512
}

run_scenario() {
    export lab_project lab_build lab_peers
    bash "$lab_project/tests/lab/lib/run.sh" "${lab_scenario[@]}" </dev/null >>/run/out/scenario.log 2>&1
}

mount_system
[[ ! -e /proc/sys/kernel/modprobe ]] || teach_modprobe
run_scenario
echo o >/proc/sysrq-trigger
# Switching off is not immediate, and a first process that returns is a kernel panic.
sleep 10
