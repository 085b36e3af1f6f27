# Starting in the background: whoever starts the daemon learns how it went from its exit status and its words, mistakes
# included; and a child with start_action = start waits for a route that is not there yet.
# shellcheck shell=bash

# start_moon [SOCKET]: a daemon that goes to the background.
start_moon() {
    on moon "$lab_build/daemon/xfrmd" --config /run/moon/swanctl.conf --socket "/run/moon/${1:-api}.sock" \
        --vici "/run/moon/${1:-api}.vici" >"$out/moon.start" 2>&1
}
status_is() {
    local status=0
    "${@:2}" || status=$?
    [[ $status -eq $1 ]] || fail "status $status instead of $1: ${*:2}: $(tail -n 3 "$out/moon.start")"
}
says() { grep -q "$1" "$out/moon.start" || fail "not said: $1; but: $(cat "$out/moon.start")"; }
moon_answers() { xfrmctl moon conn list >/dev/null 2>&1; }
child_is_up() { xfrmctl moon sa list 2>&1 | grep -q net; }

gateways
start_xfrmd sun <<<"$(tunnel_conf sun)"
mkdir -p /run/moon

echo 'connections { gw { auht = psk } }' >/run/moon/swanctl.conf
status_is 8 start_moon
says 'swanctl.conf:1'

# The way to the peer is missing while the daemon starts.
device=$(on moon ip -o -4 addr show to 192.0.2.1 | cut -d' ' -f2)
on moon ip addr del 192.0.2.1/24 dev "$device"
tunnel_conf moon child='start_action = start' | sed '/local_addrs/d' >/run/moon/swanctl.conf
status_is 0 start_moon
moon_answers || fail "the daemon that said it was ready does not answer"
status_is 1 xfrmctl moon conn up net >"$out/moon.start" 2>&1
says 'no route'

status_is 1 start_moon
says 'another xfrmd serves'
# Another socket, but the same ports.
status_is 1 start_moon second
says 'is another IKE daemon running'

on moon ip addr add 192.0.2.1/24 dev "$device"
eventually 15 child_is_up || fail "the child did not start when the route came"
pkill -TERM -f 'config /run/moon/swanctl.conf' || fail "the daemon has gone"
expect_empty_kernel moon sun
pass
