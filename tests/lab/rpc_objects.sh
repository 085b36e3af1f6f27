# Connections and secrets that came by JSON-RPC alone: a tunnel comes up with them, vici lists them and unloads them; and
# the other way round.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/recording.sh
source "$lib/recording.sh"

socket=/run/moon/charon.vici
vici() { timeout 60 python3 "$lib/vici.py" "$socket" "$@"; }
objects() { xfrmctl moon object list --json | tr -d ' \n'; }
has_object() { [[ $(objects) == *"{\"kind\":\"$1\",\"name\":\"$2\",\"from\":\"$3\"}"* ]]; }
has_none() { [[ $(objects) == *'"items":[]'* ]]; }

gateways
start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
start_xfrmd moon </dev/null
enter_client moon 6.0
expect has_none

# A mistake is told with its place, and nothing of the section counts.
status=0
xfrmctl moon --json conn load - >"$out/refused.json" 2>"$out/refused.txt" <<END || status=$?
{"gw": {"mobik": "no", "local": {"auth": "psk"}, "remote": {"auth": "psk"},
        "children": {"net": {"mode": "tunel"}}}}
END
[[ $status -eq 8 ]] || fail "exit status $status"
[[ $(grep -c '"pointer": "/section/children/net/mode"' "$out/refused.json") -ge 1 ]] || fail "$(cat "$out/refused.json")"
[[ $(grep -c 'did you mean' "$out/refused.txt") -ge 1 ]] || fail "$(cat "$out/refused.txt")"
expect has_none

tell "loads by JSON-RPC"
xfrmctl moon conn load - <<END || fail "conn load"
{"gw": {"version": "2", "local_addrs": ["192.0.2.1"], "remote_addrs": ["192.0.2.2"],
        "local": {"auth": "psk"}, "remote": {"auth": "psk"},
        "children": {"net": {"local_ts": ["10.1.0.0/24"], "remote_ts": ["10.2.0.0/24"]}}}}
END
xfrmctl moon secret load - <<<'{"ike-peer": {"secret": "laboratory", "id-1": "192.0.2.2"}}' || fail "secret load"
expect has_object connection gw json-rpc
expect has_object secret ike-peer json-rpc
expect up moon net
expect_ping alice 10.2.0.10
ask_one moon --list-conns >"$out/conns.txt"
[[ $(grep -c '^gw: IKEv2' "$out/conns.txt") -eq 1 ]] || fail "swanctl does not list it: $(cat "$out/conns.txt")"
[[ $(vici call get-shared | grep -c 'keys = \[ike-peer\]') -eq 1 ]] || fail "vici does not list the secret"
expect vici call unload-conn name=gw
expect vici call unload-shared id=ike-peer
expect has_none
ask_one moon --list-conns >"$out/conns.txt"
[[ $(grep -c '^gw: IKEv2' "$out/conns.txt") -eq 0 ]] || fail "it is still there"
expect_ping alice 10.2.0.10
clear moon
expect_not up moon net

tell "loads by vici"
expect vici call load-shared type=ike id=ike-peer data=laboratory owners+=192.0.2.2
expect vici call load-conn gw.version=2 gw.local_addrs+=192.0.2.1 gw.remote_addrs+=192.0.2.2 \
    gw.local.auth=psk gw.remote.auth=psk gw.children.net.local_ts+=10.1.0.0/24 gw.children.net.remote_ts+=10.2.0.0/24
expect has_object connection gw vici
expect has_object secret ike-peer vici
expect up moon net
expect_ping alice 10.2.0.10
expect xfrmctl moon conn unload gw
expect xfrmctl moon secret unload ike-peer
expect_not xfrmctl moon secret unload ike-peer
expect has_none
[[ $(vici call get-conns | grep -c 'conns = \[\]') -eq 1 ]] || fail "get-conns: $(vici call get-conns)"

# What was done is told, and no secret.
expect_log moon 'method=conn.load params=\{"name":"gw"\} outcome=ok'
expect_log moon 'method=secret.load params=\{"name":"ike-peer"\} outcome=ok'
expect_no_log moon laboratory
clear moon
expect_empty_kernel moon
pass
