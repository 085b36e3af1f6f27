# start_action = trap: the first packet brings the tunnel up, the trap comes back when it goes, and nothing leaves in the
# clear meanwhile.
#   trap.sh PEER
# shellcheck shell=bash

out_policies() { on moon ip xfrm policy list dir out | grep -c '^src 10.1.0.0/24 dst 10.2.0.0/24'; }
has_trap_only() { [[ $(out_policies) -eq 1 && $(sas) -eq 0 ]]; }

children() { xfrmctl moon sa list --json | python3 -c 'import json, sys
print(sum(len(sa["child_sas"]) for sa in json.load(sys.stdin)["items"]))'; }
has_new_child() { [[ $(children) -eq 1 ]]; }
has_trap() { [[ $(out_policies) -eq 1 ]]; }

gateways
start_strongswan sun "$1" <<<"$(tunnel_conf sun)"
start_xfrmd moon <<<"$(tunnel_conf moon child='start_action = trap')"
eventually 2 has_trap_only || fail "there is no trap"
expect_ping alice 10.2.0.10
expect_log moon 'a packet asks for child net'
[[ $(out_policies) -eq 1 ]] || fail "the trap stands beside its tunnel"
[[ $(sas) -eq 2 ]] || fail "there are $(sas) SAs: $(on moon ip xfrm state)"

# Many flows, one tunnel.
clear moon
eventually 5 has_trap_only || fail "the trap did not come back"
for ((i = 0; i < 20; ++i)); do on alice ping -n -q -c 1 -W 1 10.2.0.10 >/dev/null & done
eventually 5 works || fail "the tunnel did not come back"
[[ $(children) -eq 1 ]] || fail "$(children) children for one trap: $(xfrmctl moon sa list)"

# What a killed daemon leaves carries packets on; the next one negotiates anew before its trap stands there.
crash moon
expect_ping alice 10.2.0.10
launch moon
expect_ping alice 10.2.0.10
eventually 10 has_new_child || fail "the tunnel that was left was not replaced"
expect_ping alice 10.2.0.10
clear moon
eventually 5 has_trap || fail "the trap did not come back"

# A trap that was left alone is just a trap again.
on moon ip xfrm state flush
crash moon
launch moon
eventually 5 has_trap_only || fail "the trap is not there, or something was negotiated for it"
[[ $(children) -eq 0 ]] || fail "a child without a packet that wants it"
expect_ping alice 10.2.0.10

# Nor is there a moment without any when what a killed daemon left ends and the peer is silent.
crash moon
kill -STOP "${daemon_pid[sun]}"
launch moon
on alice ping -n -q -i 0.02 -c 150 -W 1 10.2.0.10 >/dev/null &
flow=$!
on moon ip xfrm state flush
for ((i = 0; i < 50; ++i)); do
    [[ $(out_policies) -eq 1 ]] || fail "neither what was left nor the trap stands"
done
wait "$flow" || :
[[ $(on moon ip xfrm policy | grep -c 'proto esp spi') -eq 0 ]] || fail "what was left stayed: $(on moon ip xfrm policy)"

# Without it in the configuration, it goes.
change_conf moon <<<"$(tunnel_conf moon)"
[[ $(out_policies) -eq 0 ]] || fail "the trap stayed"
kill -CONT "${daemon_pid[sun]}"
expect_no_clear
pass
