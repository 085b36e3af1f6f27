# A NAT router between the gateways gives moon another port in the middle of streams in both directions, then another
# address: sun's kernel follows the packets, and nothing that moon sends is lost.
#   nat_rebinding.sh PEER   PEER: 5.9, 6.0 (strongSwan) or xfrmd, on moon; sun is xfrmd
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"

# translate ADDRESS PORT: as which moon's port 4500 goes out from now on. Without state, so that packets change at once;
# ports by their place in the packet, as nft would also mend the checksum that ESP in UDP does not have (RFC 3948 2.1).
translate() {
    on nat nft -f - <<END
flush ruleset
table ip nat {
    chain outward {
        type filter hook postrouting priority 100
        oifname "sun" ip saddr 10.9.0.2 udp sport 500 @th,0,16 set $(($2 - 1))
        oifname "sun" ip saddr 10.9.0.2 udp sport 4500 @th,0,16 set $2
        oifname "sun" ip saddr 10.9.0.2 ip saddr set $1
    }
    chain inward {
        type filter hook prerouting priority -150
        iifname "sun" ip daddr $1 udp dport $(($2 - 1)) @th,16,16 set 500 ip daddr set 10.9.0.2
        iifname "sun" ip daddr $1 udp dport $2 @th,16,16 set 4500 ip daddr set 10.9.0.2
    }
}
END
}

conf() { tunnel_conf "$@" "conn=mobike = no"; }
sun_sends_to() { [[ $(on sun ip xfrm state | grep -A 9 "^src 192.0.2.2 dst $1" | grep -c "dport $2 ") -eq 1 ]]; }
sun_hears_from() { [[ $(on sun ip xfrm state | grep -A 9 "^src $1 dst 192.0.2.2" | grep -c "sport $2 ") -eq 1 ]]; }

# expect_followed ADDRESS PORT, with the streams still running.
expect_followed() {
    eventually 5 sun_sends_to "$1" "$2" || fail "sun does not send to $1 port $2: $(on sun ip xfrm state)"
    sun_hears_from "$1" "$2" || fail "sun does not expect $1 port $2: $(on sun ip xfrm state)"
    [[ $(on sun ip xfrm policy) == *"tmpl src 192.0.2.2 dst $1"* ]] || fail "no policy of sun's leads to $1"
    tell "sun's kernel sends to $1 port $2"
}

host alice moon nat sun bob
link alice 10.1.0.10/24 moon 10.1.0.1/24
link moon 10.9.0.2/24 nat 10.9.0.1/24
wire outer nat 192.0.2.1/24,192.0.2.3/24 sun 192.0.2.2/24
link sun 10.2.0.1/24 bob 10.2.0.10/24
router moon nat sun
route alice default via 10.1.0.1
route moon default via 10.9.0.1
route bob default via 10.2.0.1
translate 192.0.2.1 40001

start_xfrmd sun <<<"$(conf sun id=sun peer_id=moon remote_addr=0.0.0.0/0)"
start_peer "$1" moon <<<"$(conf moon id=moon peer_id=sun local_addr=10.9.0.2)"
expect up moon net
expect_ping alice 10.2.0.10
stream alice bob 10.2.0.10 200 8
stream bob alice 10.1.0.10 200 8
expect_followed 192.0.2.1 40001
sleep 1
translate 192.0.2.1 50001
expect_followed 192.0.2.1 50001
sleep 2
translate 192.0.2.3 60001
expect_followed 192.0.2.3 60001
end_streams
# What sun sent before it knew went nowhere; what moon sends always arrives, but for what meets an SA that is being replaced.
[[ ${lost[bob]} -le 2 ]] || fail "bob has lost ${lost[bob]}; $(xfrm_errors sun)"
[[ ${lost[alice]} -le 60 ]] || fail "alice has lost ${lost[alice]}; $(xfrm_errors moon)"
expect_ping bob 10.1.0.10
expect_no_log sun 'another one is negotiated'
expect_no_clear
clear moon
expect_empty_kernel sun
pass
