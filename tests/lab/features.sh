# What the kernel can do is found out at the start and shown; a kernel that cannot protect packets, or does not let us, is
# a start that is refused with one sentence.
#   features.sh [old]   old: Debian's modular 6.1 (scripts/lab --kernel debian), whose modules can be taken away
# shellcheck shell=bash

# info_has REGEX
info_has() {
    [[ $(xfrmctl moon system info | grep -cE -- "$1") -eq 1 ]] || fail "system info does not say '$1': $(xfrmctl moon system info)"
}
# refuses_to_start REGEX COMMAND...: the daemon, started by that command, says this and nothing more.
refuses_to_start() {
    local status=0
    on moon "${@:2}" "$lab_build/daemon/xfrmd" --foreground --config /run/moon/swanctl.conf --socket /run/moon/other.sock \
        >/run/moon/start.log 2>&1 || status=$?
    cat /run/moon/start.log
    [[ $status -eq 1 && $(grep -c '^xfrmd: cannot start: ' /run/moon/start.log) -eq 1 ]] ||
        fail "status $status: $(cat /run/moon/start.log)"
    [[ $(grep -cE -- "^xfrmd: cannot start: $1\$" /run/moon/start.log) -eq 1 ]] || fail "not '$1': $(cat /run/moon/start.log)"
}

case_new() {
    info_has '^features +esp, ah, ipcomp, beet, esn, if_id, output_mark_mask, sa_direction, per_cpu, iptfs, nat_keepalive$'
    info_has '^algorithms .*cbc\(aes\)/hmac\(sha256\), .*rfc4106\(gcm\(aes\)\)'
    [[ $(xfrmctl moon system info --json | grep -c '"sa_direction": *true') -eq 1 ]] || fail "not in the JSON"
    expect_no_log moon 'children that agree on it will fail'
    expect up moon net
    expect_tunnel
    clear moon
    expect_empty_kernel moon
    stop moon
    refuses_to_start 'changing XFRM needs CAP_NET_ADMIN: EPERM: .+' setpriv --bounding-set -net_admin --
    expect_empty_kernel moon
}

case_old() {
    info_has '^features +esp, .*esn.*; not: .*iptfs'
    expect up moon net
    expect_tunnel
    clear moon
    stop moon
    stop sun
    # As with `install esp4 /bin/false`: neither there nor loaded when asked for.
    echo /bin/false >/proc/sys/kernel/modprobe
    rmmod esp4 esp6
    refuses_to_start 'this kernel has no ESP \(CONFIG_INET_ESP, CONFIG_INET6_ESP, modules esp4 and esp6\): EPROTONOSUPPORT: .+'
    rmmod xfrm_user
    refuses_to_start 'this kernel has no XFRM netlink interface \(CONFIG_XFRM_USER, module xfrm_user\): EPROTONOSUPPORT: .+'
}

gateways
start_xfrmd sun <<<"$(tunnel_conf sun)"
start_xfrmd moon <<<"$(tunnel_conf moon)"
# Modules are loaded at the start, which takes their time.
eventually 30 kernel_is_empty moon || fail "what the start tried is still there: $(kernel_content moon)"
"case_${1:-new}"
pass
