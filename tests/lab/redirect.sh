# A gateway sends its client to another one (RFC 5685), here itself under another address, in the middle of streams in
# both directions. The tunnel goes on from there, and the old IKE SA goes.
#   redirect.sh PEER ROLE   PEER: 5.9, 6.0 (strongSwan) or xfrmd, on sun; ROLE: sun's, gateway or client. moon is the other.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

if [[ $2 == gateway ]]; then
    gateway=sun client=moon old=192.0.2.2 new=192.0.2.12 end=192.0.2.1
else
    gateway=moon client=sun old=192.0.2.1 new=192.0.2.11 end=192.0.2.2
fi

conf() {
    local peer=sun addresses=()
    [[ $1 == moon ]] || peer=moon
    [[ $1 == "$client" ]] || addresses=("local_addr=$old, $new")
    tunnel_conf "$1" id="$1" peer_id="$peer" "${addresses[@]}"
}
redirect() { "redirect_${daemon_kind[$gateway]}" >"/run/$gateway/redirect.log" 2>&1 || fail "$(<"/run/$gateway/redirect.log")"; }
redirect_strongswan() { swanctl "$gateway" --redirect --ike gw --gateway "$new"; }
redirect_xfrmd() {
    local id
    id=$(xfrmctl "$gateway" sa list --ike --json | sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' | head -n 1)
    xfrmctl "$gateway" sa redirect "$id" "$new"
}
# Both ends' kernels know the gateway by its new address, and by no other.
has_moved() {
    local host content
    for host in moon sun; do
        content=$(on "$host" ip xfrm state; on "$host" ip xfrm policy)
        [[ $content == *"src $new dst $end"* && $content == *"src $end dst $new"* ]] || return 1
        [[ $content != *" $old"[^0-9]* ]] || return 1
    done
}

gateways
on "$gateway" ip address add "$new/24" dev "$client"
start_sun "$1" <<<"$(conf sun)"
start_xfrmd moon <<<"$(conf moon)"
expect up "$client" net
expect_ping alice 10.2.0.10
before=$(numbers)
stream alice bob 10.2.0.10 200 15
stream bob alice 10.1.0.10 200 15
sleep 1
redirect
eventually 10 has_moved || fail "not at $new: $(on moon ip xfrm state) $(on sun ip xfrm state)"
tell "both kernels know $gateway at $new"
while streams_run; do sleep 0.5; done
end_streams
tell "$(xfrm_errors moon)"
# What the old gateway sends until it hears that it is left is not let in any more.
[[ ${lost[alice]} -le 100 && ${lost[bob]} -le 100 ]] || fail "alice has lost ${lost[alice]}, bob ${lost[bob]}"
[[ $client != moon || ${lost[bob]} -eq 0 ]] || fail "bob has lost ${lost[bob]}"
[[ $client != moon || $(numbers) == "$before" ]] || fail "the numbers were $before and are $(numbers)"
expect_one_of_each
expect_ping alice 10.2.0.10
expect_ping bob 10.1.0.10
[[ $client != moon ]] || expect_log moon "peer sends us to $new"
expect_no_clear
clear "$client"
expect_empty_kernel moon sun
pass
