# SIGKILL at random instants while tunnels are put into the kernel and taken out of it. Nothing leaves in the clear, and
# in the end there is no policy that nobody wants, and no SA that would stay for ever.
#   kill_install.sh PEER SECONDS
# shellcheck shell=bash

# three_children HOST [LINE OF THE CONNECTION [LINE OF A CHILD]]: next to each other, and within another.
three_children() {
    local own=10.1 other=10.2
    [[ $1 == moon ]] || own=10.2 other=10.1
    tunnel_conf "$1" conn="${2:-}" | awk -v children="
            a { local_ts = $own.0.0/26
                remote_ts = $other.0.0/24
                ${3:-} }
            b { local_ts = $own.0.64/26, $own.0.128/25
                remote_ts = $other.0.0/24 }" '/ net \{/ { print children } { print }'
}
# So many operations as a life has time for.
busy() {
    while :; do
        for child in net a b; do xfrmctl moon --timeout 3s conn up "$child" || :; done
        xfrmctl moon --timeout 3s sa clear --all -y || :
    done >/dev/null 2>&1
}
policies() { on moon ip xfrm policy | grep -c '^src 10' || :; }
no_policies() { [[ $(policies) -eq 0 ]]; }
# SAs of moon that will not have ended after what is left of an hour.
endless() { on moon ip -s xfrm state | awk '/expire add/ { sub(/.*hard /, ""); if (int($0) == 0 || int($0) > 3700) ++n } END { print n + 0 }'; }
is_whole() { xfrmctl moon kernel status --json | jq -e '.wanted == .there' >/dev/null; }

seconds=$2
gateways
STRONGSWAN_CONF_EXTRA="half_open_timeout = 3" start_strongswan sun "$1" <<<"$(three_children sun "unique = replace")"
start_xfrmd moon <<<"$(three_children moon "fail_closed = yes" "start_action = trap")"
RANDOM=${SEED:-7}
# What the kernel asked for while nobody was there does not stand in the way for long.
on moon sh -c 'echo 1 >/proc/sys/net/core/xfrm_acq_expires'
on alice ping -n -q -i 0.01 10.2.0.10 >/dev/null &
pinger=$!
busy &
operator=$!
kills=0 until=$((SECONDS + seconds))
while [[ $SECONDS -lt $until ]]; do
    sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
    crash moon >/dev/null
    launch moon >/dev/null
    kills=$((kills + 1))
done
kill -TERM "$operator"
wait "$operator" || :
ups=$(grep -c 'method=sa.initiate.*outcome=ok' "$out/moon.log") clears=$(grep -c 'child SA .* removed' "$out/moon.log")
tell "$kills kills among $ups children up and $clears removed; $(on moon ip xfrm state | grep -c '^src') SAs, $(policies) policies: $(xfrmctl moon kernel status | head -n 4 | tr '\n' ' ')"
eventually 30 up moon net || fail "net does not come up"
eventually 10 works || fail "the tunnel does not work"
eventually 10 is_whole || fail "not whole: $(xfrmctl moon kernel status)"
kill -TERM "$pinger"
wait "$pinger" || :
expect_no_inner 'src net 10.1.0.0/24'
stop moon
eventually 2 no_policies || fail "policies stayed: $(on moon ip xfrm policy)"
sleep 1
tell "$(on moon ip xfrm state | grep -c '^src' || :) SAs are left, $(endless) of them for ever"
[[ $(endless) -eq 0 ]] || fail "SAs that nobody knows stay for ever: $(on moon ip -s xfrm state)"
pass
