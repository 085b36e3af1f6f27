# What FRR's nhrpd does with strongSwan that is patched for it: it brings up one profile towards each address it needs, by the
# two ends, and counts the children of each pair of ends by what it is told of them.
#   nhrpd.sh PEER   5.9 or 6.0 (strongSwan), at two addresses
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

profile() {
    cat <<END
    $1 {
        version = 2
        local_addrs = $2
        remote_addrs = $3
        local {
            auth = psk
        }
        remote {
            auth = psk
        }
        children {
            dmvpn {
                mode = transport
                local_ts = dynamic[gre]
                remote_ts = dynamic[gre]
            }
        }
    }
END
}
secrets() { printf 'secrets {\n    ike-all {\n        secret = "laboratory"\n    }\n}\n'; }
vici() { timeout 60 python3 "$lib/vici.py" /run/moon/charon.vici "$@"; }
request_vc() { expect vici call initiate child=dmvpn timeout=-1 async=1 init-limits=1 my-host=192.0.2.1 "other-host=$1"; }
# children ADDRESS: those towards it, by their unique ids, which are not to be told of twice.
children() {
    awk -v peer="$1" '/^child-state-/ { event = $1 } /^    remote-host = / { host = $3 }
        /^        uniqueid = / && host == peer { if (event == "child-state-destroying") delete up[$3]; else up[$3] = 1 }
        END { print length(up) }' "$out/events.txt"
}
has_children() { [[ $(children "$1") -eq $2 ]]; }
told() { grep -c "^$1 {" "$out/events.txt" || :; }
has_told() { [[ $(told "$1") -eq $2 ]]; }
ike_id() { vici stream list-sas list-sa | awk -v peer="$1" '/^    uniqueid/ { id = $3 } /^    remote-host/ && $3 == peer { print id }'; }

gateways
ip -n sun addr add 192.0.2.3/24 dev moon
start_xfrmd moon <<<"$(printf 'connections {\n%s\n}\n' "$(profile any 192.0.2.1 %any)"; secrets)"
start_strongswan sun "$1" <<<"$(printf 'connections {\n%s\n%s\n}\n' "$(profile two 192.0.2.2 192.0.2.1)" "$(profile three 192.0.2.3 192.0.2.1)"; secrets)"
vici follow "$out/events.txt" child-state-installed child-state-rekeyed child-state-destroying list-sa &
follower=$!
eventually 5 test -e "$out/events.txt"

tell "a profile for anybody is brought up towards two"
request_vc 192.0.2.2
eventually 10 has_children 192.0.2.2 1 || fail "no word of the first child: $(xfrmctl moon sa list)"
request_vc 192.0.2.3
eventually 10 has_children 192.0.2.3 1 || fail "no word of the second child: $(xfrmctl moon sa list)"
request_vc 192.0.2.3
[[ $(count_at moon ike) -eq 2 ]] || fail "not one IKE SA for each: $(xfrmctl moon sa list)"

tell "a child and an IKE SA are rekeyed"
rekeyed=$(ike_id 192.0.2.2)
expect vici call rekey child=dmvpn ike=any >/dev/null
eventually 10 has_told child-state-rekeyed 2 || fail "$(told child-state-rekeyed) were rekeyed"
expect vici call rekey "ike-id=$rekeyed" >/dev/null
has_another_id() { [[ -n $(ike_id 192.0.2.2) && $(ike_id 192.0.2.2) != "$rekeyed" ]]; }
eventually 10 has_another_id || fail "the IKE SA has kept its unique id"
for address in 192.0.2.2 192.0.2.3; do
    eventually 10 has_children "$address" 1 || fail "$(children "$address") children of $address"
done

tell "they go"
expect vici call terminate "ike-id=$(ike_id 192.0.2.2)" >/dev/null
eventually 10 has_children 192.0.2.2 0 || fail "the child of 192.0.2.2 is counted still"
has_children 192.0.2.3 1 || fail "the other child has gone, too"
expect vici call terminate ike=any >/dev/null
eventually 10 has_children 192.0.2.3 0 || fail "the child of 192.0.2.3 is counted still"
kill "$follower"
clear moon
expect_empty_kernel moon
pass
