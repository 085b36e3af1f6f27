# What xfrmd tells of itself: events as they happen, the kernel's state, and a repair on demand.
#   events.sh PEER
# shellcheck shell=bash

# shellcheck disable=SC2154  # set by run.sh
told() { [[ $(grep -c "$1" "$out/events.json") -ge 1 ]]; }
# The daemon notices by itself 200 ms later: a slow machine may need more than one try to be faster.
repairs_at_once() {
    on moon ip xfrm policy flush
    xfrmctl moon kernel reconcile >"$out/reconcile.txt" || fail "kernel reconcile: exit code $?"
    has_policies && [[ $(grep -c '^repaired: ' "$out/reconcile.txt") -ge 3 ]]
}
renegotiates_at_once() {
    works || return 1
    on moon ip xfrm state flush
    xfrmctl moon kernel reconcile >"$out/reconcile.txt" || fail "kernel reconcile: exit code $?"
    [[ $(grep -c '^renegotiated: gw/net ' "$out/reconcile.txt") -eq 1 ]]
}
wanted_is_there() {
    xfrmctl moon kernel status --json >"$out/status.json"
    expect jq -e '.wanted == {"sas": 2, "policies": 3} and .there == .wanted and .others.policies == 0' \
        "$out/status.json" >"$out/jq.log"
}

gateways
start_pair "$1"
xfrmctl moon events -f --json >"$out/events.json" &
follower=$!
# The connection is of the network namespace that xfrmctl runs in.
follows() { [[ $(grep -c moon/api.sock /proc/net/unix) -ge 1 ]]; }
eventually 5 follows || fail "nobody follows"
expect up moon net
expect_tunnel
eventually 5 told '"event":"child_installed"' || fail "nobody told of the child: $(cat "$out/events.json")"
told '"event":"ike_established"' || fail "nobody told of the IKE SA"
[[ $(xfrmctl moon sa list --json | jq -r '.items[0].child_sas[0].id') == \
    $(jq -r 'select(.event == "child_installed").sa.id' "$out/events.json") ]] || fail "the event has another id than sa list"
wanted_is_there

# Noticed within 2 s, and told.
on moon ip xfrm policy flush
eventually 2 has_policies || fail "flushed policies did not come back"
eventually 2 told '"event":"drift"' || fail "nobody told of the drift"
[[ $(jq -s '[.[] | select(.event == "drift").drift.repaired | length] | add' "$out/events.json") -ge 3 ]] ||
    fail "the event does not tell of three policies: $(cat "$out/events.json")"

# At once.
[[ $(xfrmctl moon kernel reconcile) == 'the kernel has what is wanted' ]] || fail "there should be nothing to repair"
eventually 10 repairs_at_once || fail "kernel reconcile does not repair, or say what: $(cat "$out/reconcile.txt")"
expect_log moon 'audit: .*method=kernel.reconcile.* outcome=ok'

eventually 20 renegotiates_at_once || fail "no word of the tunnel: $(cat "$out/reconcile.txt")"
eventually 5 works || fail "the tunnel did not come back"
[[ $(jq -s '[.[] | select(.event == "drift").drift.renegotiated | length] | add' "$out/events.json") -ge 1 ]] ||
    fail "the event does not tell of the tunnel: $(cat "$out/events.json")"
wanted_is_there

# Those who come later see what was, those who follow see the end.
[[ $(xfrmctl moon events --topic kernel | grep -c '  drift  ') -ge 3 ]] || fail "events does not show what was"
clear moon
eventually 5 told '"event":"ike_closed"' || fail "nobody told of the end"
[[ $(xfrmctl moon events --topic sa | grep -c '  child_removed  gw/net\[') -ge 2 ]] || fail "nobody told of the children's end"
status=0
xfrmctl moon events --topic kernl 2>"$out/topic.txt" || status=$?
[[ $status -eq 2 && $(grep -c 'did you mean: kernel' "$out/topic.txt") -eq 1 ]] || fail "a wrong topic: $status, $(cat "$out/topic.txt")"
expect_empty_kernel moon
stop moon
status=0
wait "$follower" || status=$?
[[ $status -eq 4 ]] || fail "who follows a daemon that ends should exit with 4, not $status"
status=0
xfrmctl moon kernel reconcile 2>/dev/null || status=$?
[[ $status -eq 4 ]] || fail "without a daemon: $status"
pass
