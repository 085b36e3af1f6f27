# What the daemon lives on runs out: nobody reads its log, or it has no space; no descriptor is free; /run is read-only.
# Tunnels are negotiated and repaired all the same, and what cannot be done is said.
#   starved.sh pipe|syslog|space|descriptors|read_only
# shellcheck shell=bash

answers_api() { xfrmctl moon --timeout 2s system info >/dev/null 2>&1; }

# launch_to FILE: moon's daemon with its standard error there.
launch_to() {
    daemon_kind[moon]=xfrmd daemon_flags[moon]=
    launch_xfrmd moon >>"$1" 2>&1 &
    daemon_pid[moon]=$!
    eventually 5 answers moon || fail "the daemon does not open its socket"
}
# expect_alive: everything that the daemon is for, and much to say about it.
expect_alive() {
    local i
    for ((i = 0; i < 12; ++i)); do
        up moon net || fail "conn up, number $i"
        on moon ip xfrm policy flush
        eventually 3 has_policies || fail "flushed policies did not come back"
        answers_api || fail "the API does not answer"
        clear moon || fail "clear, number $i"
    done
    up sun net || fail "the peer cannot bring the tunnel up"
    expect_tunnel
}

pipe() {
    mkfifo /run/moon/log
    # Open, and never read.
    python3 -c 'import fcntl, os, time
end = os.open("/run/moon/log", os.O_RDONLY)
fcntl.fcntl(end, 1031, 4096)
time.sleep(1000)' &
    reader=$!
    launch_to /run/moon/log
    expect_alive
    stop moon
    kill "$reader"
}

syslog() {
    python3 -c 'import socket, sys, time
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind("/dev/log")
time.sleep(5)
print(end.recv(4096).decode(), flush=True)
time.sleep(1000)' >"$out/syslog.txt" &
    reader=$!
    eventually 10 test -S /dev/log || fail "no syslog"
    on moon "$lab_build/daemon/xfrmd" --config /run/moon/swanctl.conf --socket /run/moon/api.sock >"$out/moon.log" 2>&1 ||
        fail "the daemon does not start: $(<"$out/moon.log")"
    daemon_kind[moon]=xfrmd
    expect_alive
    eventually 10 grep -qE '^<[0-9]+>... .. ..:..:.. xfrmd\[[0-9]+\]: ' "$out/syslog.txt" || fail "$(<"$out/syslog.txt")"
    pkill -TERM -f 'config /run/moon/swanctl.conf'
    kill "$reader"
}

space() {
    mkdir /run/moon/small
    mount -t tmpfs -o size=8k none /run/moon/small
    launch_to /run/moon/small/log
    expect_alive
    # Room again, as when logs are rotated away.
    mount -o remount,size=1m /run/moon/small
    clear moon
    eventually 2 grep -q 'lines of the log found no room' /run/moon/small/log || fail "nobody told: $(tail -n 2 /run/moon/small/log)"
    stop moon
}

# too_few NUMBER: with so few descriptors the daemon does not start, and says in one sentence why.
too_few() {
    local status=0
    on moon timeout 10 prlimit --nofile="$1:$1" "$lab_build/daemon/xfrmd" --config /run/moon/swanctl.conf --foreground \
        --socket /run/moon/api.sock >"$out/few.txt" 2>&1 || status=$?
    [[ $status =~ ^(1|8)$ && $(grep -c 'Too many open files' "$out/few.txt") -eq 1 ]] ||
        fail "with $1 descriptors: status $status: $(<"$out/few.txt")"
    kernel_is_empty moon || fail "with $1 descriptors something stayed: $(kernel_content moon)"
}

descriptors() {
    local few
    for few in 5 8 11 14 16; do too_few "$few"; done
    launch_to "$out/moon.log"
    up moon net
    expect_tunnel
    local used
    used=$(find "/proc/${daemon_pid[moon]}/fd" -mindepth 1 | wc -l)
    prlimit --pid "${daemon_pid[moon]}" --nofile="$used:4096"
    answers_api && fail "there should be no descriptor for another connection"
    on moon ip xfrm policy flush
    eventually 3 has_policies || fail "flushed policies did not come back"
    on moon ip xfrm state flush
    eventually 10 works || fail "the tunnel did not come back"
    clear sun
    up sun net || fail "the peer cannot bring the tunnel up"
    expect_ping alice 10.2.0.10
    local cpu
    cpu=$(cpu_of moon)
    sleep 2
    [[ $(($(cpu_of moon) - cpu)) -le 500 ]] || fail "without descriptors the daemon is busy: $(($(cpu_of moon) - cpu)) ms in 2 s"
    prlimit --pid "${daemon_pid[moon]}" --nofile=1024:4096
    eventually 3 answers_api || fail "the API does not come back"
    expect_tunnel
    stop moon
}

read_only() {
    local status=0
    launch_to "$out/moon.log"
    mount --bind /run/moon /run/moon
    mount -o remount,bind,ro /run/moon
    answers_api || fail "the API does not answer"
    xfrmctl moon conn up net >/dev/null || fail "conn up"
    expect_tunnel
    stop moon
    on moon "$lab_build/daemon/xfrmd" --config /run/moon/swanctl.conf --foreground --socket /run/moon/second/api.sock \
        >"$out/second.txt" 2>&1 || status=$?
    [[ $status -eq 1 && $(grep -c 'cannot start: .*/run/moon/second.*[Rr]ead-only' "$out/second.txt") -eq 1 ]] ||
        fail "status $status: $(<"$out/second.txt")"
    umount /run/moon
}

gateways
mkdir -p /run/moon
touch "$out/moon.log"
tunnel_conf moon >/run/moon/swanctl.conf
start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
"$1"
expect_empty_kernel moon
pass
