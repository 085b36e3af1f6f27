# Several rounds of authentication (RFC 4739): each gateway proves twice who it is, or one of them does.
#   rounds.sh PEER INITIATOR HOW   PEER: 5.9, 6.0 (strongSwan) or xfrmd
#   HOW: mixed (a certificate, then a pre-shared key), certificates (two), initiator, responder (only that one has a second
#   round), wrong (the second round's key is another one), unknown (the peer does not know of rounds)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"

peer=$1 initiator=$2 how=$3
responder=moon
[[ $initiator == sun ]] || responder=sun

# second SECTION HOST [LINES]: that side's second round, if it has one.
second() {
    case $how:$2 in initiator:"$responder" | responder:"$initiator") return ;; esac
    if [[ $how == certificates ]]; then
        printf '%s-2 {\n round = 2\n auth = pubkey\n id = user-%s.lab.example\n %s\n }\n' "$1" "$2" "${3:-}"
    else
        printf '%s-2 {\n round = 2\n auth = psk\n id = user-%s.lab.example\n }\n' "$1" "$2"
    fi
}
# conf HOST OTHER SECRET
conf() {
    tunnel_conf "$1" auth=pubkey id="$1.lab.example" peer_id="$2.lab.example" psk="$3" local_lines="certs = $1.pem" \
        conn="$(second local "$1" "certs = user-$1.pem"; second remote "$2")"
}

gateways
make_ca root ecdsa-256
for host in moon sun; do
    who=xfrmd
    [[ $host == moon ]] || who=$peer
    for name in "$host" "user-$host"; do
        make_certificate "$name" ecdsa-256 root
        put "$host" "$who" private "$ca/$name.key"
        put "$host" "$who" x509 "$ca/$name.pem"
    done
    put "$host" "$who" x509ca "$ca/root.pem"
done

moon_secret=laboratory
[[ $how != wrong ]] || moon_secret=other
[[ $how != unknown ]] || export STRONGSWAN_CONF_EXTRA="multiple_authentication = no"
start_peer "$peer" sun <<<"$(conf sun moon laboratory)"
start_xfrmd moon <<<"$(conf moon sun "$moon_secret")"

case $how in
    wrong)
        expect_not up "$initiator" net
        if [[ $initiator == moon ]]; then
            expect_log moon 'peer refused our authentication'
        else
            expect_log moon 'authentication failed: user-sun.lab.example has another pre-shared key'
        fi
        ;;
    unknown)
        expect_not up "$initiator" net
        expect_log moon 'connection gw has several rounds, which the peer does not know'
        ;;
    *)
        expect up "$initiator" net
        expect_tunnel
        known=user-sun.lab.example
        [[ -n $(second remote sun) ]] || known=sun.lab.example
        expect_log moon "IKE SA established with $known"
        clear "$initiator"
        ;;
esac
expect_empty_kernel moon sun
pass
