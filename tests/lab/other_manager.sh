# Another key manager has policies of its own where ours should be. They stay as they are, the error names them, and with
# fail_closed nothing leaves in the clear; when they are gone, ours come.
#   other_manager.sh ip            somebody's hand, with `ip xfrm`
#   other_manager.sh strongswan    strongSwan on the same host
# shellcheck shell=bash

# refused_up TEXT: the child does not come up, and the error says so.
refused_up() {
    local status=0
    xfrmctl moon conn up net >"$out/up.txt" 2>&1 || status=$?
    [[ $status -ne 0 && $(grep -c -- "$1" "$out/up.txt") -ge 1 ]] || fail "conn up: $status, $(<"$out/up.txt")"
    tell "refused: $(grep -m 1 -- "$1" "$out/up.txt")"
}
tunnel_sas() { on moon ip xfrm state | grep -c '^src 192.0.2' || :; }
no_sas() { [[ $(tunnel_sas) -eq 0 ]]; }
# one_a_line: policies. Those of fail_closed have marks, so that they stand beside whatever there is.
one_a_line() { on moon ip xfrm policy | awk '/^src/ && NR > 1 { print "" } { printf "%s ", $0 } END { print "" }' | grep '^src 10'; }
theirs() { one_a_line | grep -v 'mark 0' || :; }
has_block() { [[ $(one_a_line | grep 'action block' | grep -c 'mark 0x80000000/0x80000000\|mark 0/0x80000000') -eq 6 ]]; }
have_trap() { [[ $(theirs | grep 'dir out' | grep -c 'tmpl src 192.0.2.1 dst 192.0.2.2') -eq 1 ]]; }
ip_hand() {
    local -a theirs=(src 10.1.0.0/24 dst 10.2.0.0/24 dir out)
    local before
    on moon ip xfrm policy add "${theirs[@]}" action block priority 77
    on moon ip xfrm policy add src 10.2.0.0/24 dst 10.1.0.0/24 dir in priority 78
    before=$(theirs)
    start_xfrmd moon <<<"$(tunnel_conf moon conn='fail_closed = yes' child='start_action = trap')"
    expect_log moon 'child net: adding the .* policy 10.[12].0.0/24 === 10.[12].0.0/24: EEXIST'
    has_block || fail "no block beside somebody else's policy"
    refused_up 'policy 10.[12].0.0/24 === 10.[12].0.0/24: EEXIST'
    eventually 2 no_sas || fail "SAs of a child that was refused: $(on moon ip xfrm state)"
    xfrmctl moon kernel reconcile >"$out/reconcile.txt" || :
    [[ $(theirs) == "$before" ]] || fail "not as it was: $(theirs); before: $before"
    expect_no_ping alice 10.2.0.10
    # It is not said again and again.
    sleep 6
    [[ $(grep -c 'EEXIST' "$out/moon.log") -le 6 ]] || fail "said again and again"

    on moon ip xfrm policy delete "${theirs[@]}"
    on moon ip xfrm policy delete src 10.2.0.0/24 dst 10.1.0.0/24 dir in
    eventually 7 have_trap || fail "no trap when there was room for it"
    expect_ping alice 10.2.0.10

    # The other way round: a hand that replaces ours.
    on moon ip xfrm policy delete "${theirs[@]}"
    on moon ip xfrm policy update "${theirs[@]}" action block priority 77 index 4097
    eventually 3 grep -q "somebody else's now" "$out/moon.log" || fail "nobody told: $(tail -n 3 "$out/moon.log")"
    on moon ip xfrm policy list dir out | grep -A1 '^src 10.1.0.0/24' | grep -c 'priority 77' >/dev/null || fail "theirs was touched"
    on moon ip xfrm policy delete "${theirs[@]}"
    eventually 5 works || fail "ours did not come back"
    on moon ip xfrm policy add src 10.9.0.0/24 dst 10.8.0.0/24 dir out priority 9
    stop moon
    [[ $(on moon ip xfrm policy | grep -c '^src 10.9.0.0/24') -eq 1 ]] || fail "theirs went with the daemon"
    on moon ip xfrm policy delete src 10.9.0.0/24 dst 10.8.0.0/24 dir out
}

# other: strongSwan in moon's network, with ports of its own.
start_other() {
    touch /run/netns/other
    mount --bind /run/netns/moon /run/netns/other
    mkdir -p /run/other
    STRONGSWAN_CONF_EXTRA=$'port = 5500\n port_nat_t = 5501\n routing_table = 221\n routing_table_prio = 221' \
        start_strongswan other 6.0 <<<"$(tunnel_conf moon child='start_action = trap')"
}

strongswan() {
    local before
    start_other
    eventually 5 have_trap || fail "strongSwan has no trap"
    before=$(theirs)
    start_xfrmd moon <<<"$(tunnel_conf moon conn='fail_closed = yes')"
    refused_up 'policy 10.[12].0.0/24 === 10.[12].0.0/24: EEXIST'
    eventually 2 no_sas || fail "SAs of a child that was refused: $(on moon ip xfrm state)"
    xfrmctl moon kernel reconcile >"$out/reconcile.txt" || :
    [[ $(theirs) == "$before" ]] || fail "strongSwan's policies are not as they were: $(theirs); before: $before"
    stop moon
    [[ $(theirs) == "$before" ]] || fail "strongSwan's policies went with xfrmd: $(theirs); before: $before"
    crash other
    on moon ip xfrm policy flush
    launch moon
    has_block || fail "no block"
    expect up moon net
    expect_ping alice 10.2.0.10
    stop moon
}

gateways
start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
case $1 in
    ip) ip_hand ;;
    strongswan) strongswan ;;
esac
expect_no_inner 'src net 10.1.0.0/24'
expect_empty_kernel moon
pass
