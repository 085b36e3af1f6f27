# Somebody else's SAs and policies come and go by the thousand, and meanwhile a hand breaks what is ours: notices get lost,
# what was broken is repaired, nothing of the other's is touched, and what is not ours costs next to nothing.
#   foreign_storm.sh PEER NUMBER
# shellcheck shell=bash

number=$2

# batch add|delete: commands for ip -batch about so many foreign policies and SAs.
batch() {
    awk -v verb="$1" -v number="$number" 'BEGIN {
        for (i = 0; i < number; ++i) {
            net = sprintf("%d.%d.0/24", i / 256, i % 256)
            sa = sprintf("src 198.51.100.1 dst 198.51.100.2 proto esp spi 0x%x", 4096 + i)
            rest = verb == "add" ? " reqid 9999 mode tunnel auth digest_null \"\" enc cipher_null \"\"" : ""
            action = verb == "add" ? " action block priority 7" : ""
            print "xfrm policy", verb, "src 172.16.0.0/24 dst 11." net, "dir out" action
            print "xfrm state", verb, sa rest
        }
    }'
}
foreign() {
    echo "$(on moon ip xfrm state | grep -c '^src 198.51.100.1') $(on moon ip xfrm policy | grep -c '^src 172.16.0.0/24')"
}
status_of() { xfrmctl moon kernel status --json | jq -r "$1"; }
overran() { [[ $(status_of .reconcile.overruns) -gt $1 ]]; }

gateways
start_pair "$1"
expect up moon net
expect_tunnel
batch add >"/run/add.batch"
batch delete >"/run/delete.batch"

# Heard of in time: none of it is ours, nothing is compared for its sake.
watch_answers moon
cpu=$(cpu_of moon) memory=$(memory_of moon) runs=$(status_of .reconcile.runs) start=$(now_ms)
on moon ip -batch /run/add.batch
on moon ip xfrm policy delete dir out src 10.1.0.0/24 dst 10.2.0.0/24
on moon ip -batch /run/delete.batch
eventually 2 has_policies || fail "the policy did not come back"
took=$(($(now_ms) - start)) cpu=$(($(cpu_of moon) - cpu))
slowest moon
tell "$((number * 4)) foreign changes in $took ms: $cpu ms of processor time, $(status_of .reconcile.runs) comparisons after" \
    "$runs, $(status_of .reconcile.overruns) overruns, memory $memory to $(memory_of moon) KiB, slowest answer $slowest ms"
[[ $(($(status_of .reconcile.runs) - runs)) -le 5 ]] || fail "comparisons again and again: $(status_of .reconcile)"
[[ $cpu -le $((took / 2)) ]] || fail "the daemon was busy with what is not its business"
[[ $slowest -le 1500 ]] || fail "an answer took $slowest ms"

# Not heard of at all: there is room for a few notices, and the daemon does not read them.
# unheard COMMAND...: the kernel is told that in the middle of a storm; `repaired` tells when it is over.
python3 "$lab_project/tests/lab/lib/small_sockets.py" "${daemon_pid[moon]}" || fail "the sockets stayed large"
on moon ip -batch /run/add.batch
unheard() {
    overruns=$(status_of .reconcile.overruns)
    kill -STOP "${daemon_pid[moon]}"
    on moon ip -batch /run/delete.batch
    on moon "$@"
    on moon ip -batch /run/add.batch
    start=$(now_ms)
    kill -CONT "${daemon_pid[moon]}"
}
repaired() {
    tell "repaired after $(($(now_ms) - start)) ms"
    eventually 2 overran "$overruns" || fail "nobody noticed that notices were lost: $(status_of .reconcile)"
}
unheard ip xfrm policy delete dir in src 10.2.0.0/24 dst 10.1.0.0/24
eventually 2 has_policies || fail "the policy did not come back"
repaired
expect_ping alice 10.2.0.10

on moon ip xfrm state | awk '/^src/ { src = $2; dst = $4 } /proto/ && src ~ /^192/ { print src, dst, $2, $4; exit }' >/run/sa
read -r src dst proto spi </run/sa
unheard ip xfrm state delete src "$src" dst "$dst" proto "$proto" spi "$spi"
eventually 5 works || fail "the tunnel did not come back"
repaired
expect_log moon 'has lost child SA 1 '

[[ $(foreign) == "$number $number" ]] || fail "somebody else's objects were touched: $(foreign) of $number are left"
stop moon
[[ $(foreign) == "$number $number" ]] || fail "somebody else's objects went with the daemon: $(foreign) of $number"
on moon ip -batch /run/delete.batch
expect_empty_kernel moon
expect_no_clear
pass
