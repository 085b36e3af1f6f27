# A client of vici that is not strongSwan's (lib/vici.py) loads, lists, initiates and follows events, while swanctl does the
# same; neither holds up the other, nor does one that stalls.
#   vici_client.sh SUBJECT   xfrmd, or 6.0 to see the same of charon
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/recording.sh
source "$lib/recording.sh"

subject=$1
socket=/run/moon/charon.vici
vici() { timeout 60 python3 "$lib/vici.py" "$socket" "$@"; }
load_conn() {
    vici call load-conn "$1.version=2" "$1.local_addrs+=192.0.2.1" "$1.remote_addrs+=192.0.2.2" \
        "$1.local.auth=psk" "$1.remote.auth=psk" "$1.rekey_time=1h" \
        "$1.children.net.local_ts+=10.1.0.0/24" "$1.children.net.remote_ts+=10.2.0.0/24"
}
told() { grep -c "$2" "$out/$1" || :; }
has_told() { [[ $(told "$1" "$2") -ge $3 ]]; }
sas_listed() { vici stream list-sas list-sa | grep -c '^list-sa {' || :; }

gateways
start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
if [[ $subject == xfrmd ]]; then
    start_xfrmd moon </dev/null
else
    start_strongswan moon "$subject" </dev/null
fi
enter_client moon 6.0

# Three who only listen, and one who stops in the middle of a packet and reads nothing.
vici follow "$out/events.txt" ike-updown child-updown ike-rekey child-rekey &
follower=$!
mkdir -p "$out/moon"
start_watching monitor.raw moon --monitor-sa --raw
start_watching log.raw moon --log --raw
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(bytes(3)); time.sleep(600)' "$socket" &
stalled=$!

# What the one loads, the other lists.
expect vici call load-shared type=ike id=ike-peer data=laboratory owners+=192.0.2.1 owners+=192.0.2.2
expect load_conn gw
[[ $(vici call get-conns | grep -c 'conns = \[gw\]') -eq 1 ]] || fail "get-conns: $(vici call get-conns)"
ask_one moon --list-conns >"$out/conns.txt"
[[ $(grep -c '^gw: IKEv2' "$out/conns.txt") -eq 1 ]] || fail "swanctl does not list it: $(cat "$out/conns.txt")"

# One initiates; both list meanwhile.
vici stream initiate control-log child=net timeout=20000 loglevel=1 >"$out/initiate.txt" &
initiating=$!
for ((i = 0; i < 10; ++i)); do
    expect vici stream list-sas list-sa >/dev/null
    expect ask_one moon --list-sas >/dev/null
done
wait "$initiating" || fail "initiate: $(tail -n 5 "$out/initiate.txt")"
[[ $(grep -c 'msg = CHILD_SA net{[0-9]*} established' "$out/initiate.txt") -eq 1 ]] ||
    fail "no word of the child: $(cat "$out/initiate.txt")"
expect_ping alice 10.2.0.10
[[ $(sas_listed) -eq 1 ]] || fail "$(sas_listed) SAs"
ask_one moon --list-sas >"$out/sas.txt"
[[ $(grep -c 'net: #.*INSTALLED, TUNNEL' "$out/sas.txt") -eq 1 ]] || fail "swanctl lists: $(cat "$out/sas.txt")"
eventually 5 has_told events.txt '^child-updown {' 1 || fail "no event of the child"
eventually 5 has_told events.txt '^ike-updown {' 1 || fail "no event of the IKE SA"

# The same once more, by both: nothing changes, the SA stays.
printf 'connections {\n' >"/run/moon/swanctl/swanctl.conf"
tunnel_conf moon | sed -n '/^    gw {/,/^    }/p' | sed 's/version = 2/version = 2\n rekey_time = 1h/' >>"/run/moon/swanctl/swanctl.conf"
printf '}\nsecrets {\n ike-peer {\n secret = laboratory\n }\n}\n' >>"/run/moon/swanctl/swanctl.conf"
expect ask_one moon --load-all --noprompt
expect load_conn gw
[[ $(sas_listed) -eq 1 ]] || fail "loading the same has ended the SA"
expect_ping alice 10.2.0.10

expect ask_one moon --rekey --child net >/dev/null
eventually 5 has_told events.txt '^child-rekey {' 1 || fail "no event of the child's rekeying"
expect vici call rekey ike=gw
eventually 5 has_told events.txt '^ike-rekey {' 1 || fail "no event of the IKE SA's rekeying"
expect_ping alice 10.2.0.10
expect ask_one moon --terminate --ike gw >/dev/null
eventually 5 has_told events.txt '^ike-updown {' 2 || fail "no event of the end"
[[ $(told events.txt '^  up = yes') -ge 2 ]] || fail "what came up was not told as such"
expect vici call unload-conn name=gw
[[ $(vici call get-conns | grep -c 'conns = \[\]') -eq 1 ]] || fail "it is still there"

kill "$follower" "$stalled" || :
end_watching
[[ $(told moon/monitor.raw 'child-updown event') -eq $(told events.txt '^child-updown {') ]] ||
    fail "swanctl was told of $(told moon/monitor.raw 'child-updown event') children, the other of $(told events.txt '^child-updown {')"
expect_empty_kernel moon
pass
