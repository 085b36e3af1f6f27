# A full flush under many tunnels: everything is back within seconds, and the daemon answers meanwhile.
#   drift_scale.sh manual NUMBER      manual SAs, which need no peer
#   drift_scale.sh children NUMBER    children of many IKE SAs with another xfrmd
# shellcheck shell=bash

kind=$1 number=$2

manual_conf() {
    awk -v number="$number" 'BEGIN {
        print "manual {"
        for (i = 0; i < number; ++i) {
            printf "m%d { direction = bidirectional\n protocol = esp\n spi = %d\n", i, 256 + i
            print "local_addrs = 192.0.2.1\n remote_addrs = 192.0.2.2"
            printf "local_ts = 10.11.%d.%d/32\n remote_ts = 10.12.%d.%d/32\n", i / 256, i % 256, i / 256, i % 256
            print "authentication { key = 0x000102030405060708090a0b0c0d0e0f10111213 }"
            print "encryption { algorithm = aes-128-cbc\n key = 0x101112131415161718191a1b1c1d1e1f } }"
        }
        print "}"
    }'
}

# children_conf HOST: connections of 50 children each.
children_conf() {
    awk -v host="$1" -v number="$number" 'BEGIN {
        left = host == "moon" ? 1 : 2
        print "connections {"
        for (i = 0; i < number; ++i) {
            if (i % 50 == 0) {
                printf "gw%d { version = 2\n local_addrs = 192.0.2.%d\n remote_addrs = 192.0.2.%d\n", i / 50, left, 3 - left
                printf "local { auth = psk\n id = %s%d@lab }\n remote { auth = psk\n id = %s%d@lab }\n children {\n",
                    host, i / 50, host == "moon" ? "sun" : "moon", i / 50
            }
            net = sprintf("%d.%d/32", i / 256, i % 256)
            printf "c%d { local_ts = 10.1%d.%s\n remote_ts = 10.1%d.%s\n%s }\n", i, left, net, 3 - left, net,
                host == "moon" ? "start_action = start" : ""
            if (i % 50 == 49 || i == number - 1) print "} }"
        }
        print "}\nsecrets { ike-peer { secret = laboratory } }"
    }'
}

policies() { on moon ip xfrm policy | grep -c '^src 10.1[12]' || :; }
is_whole() { [[ $(sas) -ge $((number * 2)) && $(policies) -ge $((number * 3)) ]]; }
are_back() { xfrmctl moon kernel status --json | jq -e '.wanted == .there and .wanted.sas >= '$((number * 2)) >/dev/null; }

# flushed SECONDS WHAT...: after a flush of those everything is back by then.
flushed() {
    local seconds=$1 what start cpu
    shift
    eventually 30 are_back || fail "not whole before the flush"
    watch_answers moon
    cpu=$(cpu_of moon)
    for what in "$@"; do on moon ip xfrm "$what" flush; done
    start=$(now_ms)
    eventually "$seconds" is_whole || fail "$(sas) SAs and $(policies) policies after $seconds s"
    tell "$number $kind: flush of $*: whole again after $(($(now_ms) - start)) ms, $(($(cpu_of moon) - cpu)) ms of processor time"
    eventually 30 are_back || fail "what is wanted is not there: $(xfrmctl moon kernel status)"
    slowest moon
    tell "slowest answer $slowest ms, memory $(memory_of moon) KiB, log of $(lines_of moon) lines"
    [[ $slowest -le $((1500 + number)) ]] || fail "an answer took $slowest ms"
}

gateways
if [[ $kind == manual ]]; then
    start_xfrmd moon <<<"$(manual_conf)"
else
    start_xfrmd sun <<<"$(children_conf sun)"
    start_xfrmd moon <<<"$(children_conf moon)"
fi
eventually $((20 + number / 20)) is_whole || fail "only $(sas) SAs and $(policies) policies came"
tell "$number $kind are up"
flushed 10 policy
flushed $((10 + number / 20)) state
flushed $((10 + number / 20)) state policy
stop moon
expect_empty_kernel moon
pass
