# A tunnel whose IKE SA has a post-quantum pre-shared key in all of its keys, which came with IKE_INTERMEDIATE (RFC 9867);
# or has not.
#   ppk_intermediate.sh PEER INITIATOR HOW   PEER: xfrmd, or libreswan-5, with the RFC's numbers; HOW: required (by both),
#   hybrid (beside ML-KEM, xfrmd alone), optional (the two keys of that name differ, and they go on without), wrong (they
#   differ, and moon requires one: nothing comes up), old (sun knows RFC 8784 alone)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 initiator=$2 how=$3
secret=narodni-front-limana-novi-sad-srbija
sun_secret=$secret ike=aes256-sha256-x25519 exchange=IKE_INTERMEDIATE numbers=rfc9867
moon_lines=$'ppk_id = pq.example\n ppk_required = yes' sun_lines=$moon_lines
case $how in
    hybrid) ike+=-ke1_mlkem768 ;;
    optional) moon_lines='ppk_id = pq.example' sun_lines=$moon_lines exchange=null sun_secret+=-not ;;
    wrong) sun_lines='ppk_id = pq.example' sun_secret+=-not ;;
    old) exchange=IKE_AUTH numbers=own sun_lines+=$'\n ppk_exchange = ike_auth' ;;
esac

ppk() { printf 'ppk-one {\n secret = "%s"\n id = pq.example\n}\n' "$1"; }
told() { xfrmctl moon sa list --json | jq -r ".items[0] | $1"; }

gateways
if [[ $peer == libreswan-5 ]]; then
    insist=insist intermediate=yes
    [[ $how == required || $how == old ]] || insist=propose
    [[ $how != old ]] || intermediate=no
    export LIBRESWAN_SECRETS=": PPKS \"pq.example\" \"$sun_secret\"" LIBRESWAN_NUMBERS=$numbers
    start_peer "$peer" sun <<<"$(peer_conf "$peer" sun ike="$ike" \
        conn="intermediate=$intermediate"$'\n    ppk='"$insist"$'\n    ppk-ids="pq.example"')"
else
    start_xfrmd sun <<<"$(tunnel_conf sun ike="$ike" conn="$sun_lines" secrets="$(ppk "$sun_secret")")"
fi
start_xfrmd moon <<<"$(tunnel_conf moon ike="$ike" conn="$moon_lines" secrets="$(ppk "$secret")")"
if [[ $how == wrong ]]; then
    expect not up "$initiator" net
else
    expect up "$initiator" net
    expect_tunnel
    [[ $(told .ppk_exchange) == "$exchange" ]] || fail "the PPK came with $(told .ppk_exchange)"
    resists=$([[ $exchange == IKE_INTERMEDIATE ]] && echo true || echo false)
    [[ $(told .quantum_resistant) == "$resists" ]] || fail "the IKE SA is told to be quantum-resistant: not $resists"
    if [[ $exchange != null ]]; then
        expect rekey moon ike
        expect rekey moon child
        expect_tunnel
        [[ $(told .ppk_exchange) == "$exchange" ]] || fail "rekeyed, the PPK is told to come from $(told .ppk_exchange)"
    fi
    clear "$initiator"
fi
expect_empty_kernel moon sun
case $how:$peer:$initiator in
    wrong:*:moon | optional:*:moon) expect_log moon 'the peer does not know "pq.example", or has another key of that name' ;;
    wrong:*:sun | optional:*:sun) expect_log moon 'PPK "pq.example": the peer has another key of that name' ;;
    required:libreswan-5:*) expect_log sun 'PPK used in IKE_INTERMEDIATE' ;;
esac
pass
