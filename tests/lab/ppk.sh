# A tunnel whose keys have a post-quantum pre-shared key in them (RFC 8784), or not.
#   ppk.sh PEER INITIATOR HOW   PEER: 5.9 or 6.0 (strongSwan); HOW: required (by both), optional (each has one that the
#   other does not know, and they go on without), missing (moon requires one, sun has none: nothing comes up)
# shellcheck shell=bash

peer=$1 initiator=$2 how=$3

ppk() { printf 'ppk-one {\n secret = 0x%s\n id = %s\n}\n' "$2" "$1"; }
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f

conf() {
    case $1:$how in
        *:required) tunnel_conf "$1" conn=$'ppk_id = pq.example\n ppk_required = yes' secrets="$(ppk pq.example "$key")" ;;
        moon:optional) tunnel_conf moon conn="ppk_id = moon.example" secrets="$(ppk moon.example "$key")" ;;
        sun:optional) tunnel_conf sun conn="$([[ $initiator == moon ]] || echo 'ppk_id = sun.example')" secrets="$(ppk sun.example "$key")" ;;
        moon:missing) tunnel_conf moon conn=$'ppk_id = pq.example\n ppk_required = yes' secrets="$(ppk pq.example "$key")" ;;
        sun:missing) tunnel_conf sun ;;
    esac
}

gateways
start_peer "$peer" sun <<<"$(conf sun)"
start_xfrmd moon <<<"$(conf moon)"
if [[ $how == missing ]]; then
    expect not up "$initiator" net
else
    expect up "$initiator" net
    expect_tunnel
    wanted=false
    [[ $how != required ]] || wanted=true
    xfrmctl moon --json sa list | grep -q "\"ppk\": *$wanted" || fail "moon's IKE SA does not say ppk: $wanted"
    clear "$initiator"
fi
expect_empty_kernel moon sun
pass
