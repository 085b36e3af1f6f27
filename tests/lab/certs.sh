# A tunnel whose gateways prove who they are with certificates of a CA, or with keys that both know.
#   certs.sh PEER INITIATOR KIND [HOW]   PEER: 5.9, 6.0 (strongSwan), libreswan-5, openiked (with certificates only) or xfrmd;
#   KIND: of the gateways' keys, as make_key has it
#   HOW: direct (of a CA that both know; where nothing is said), chain (moon's is of a CA in between, which only moon has),
#   raw (public keys without certificates), pkcs12 (moon has all of it in one encrypted file), AUTH (that `auth` on both
#   sides, such as rsa/pss-sha512)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"

peer=$1 initiator=$2 kind=$3 how=${4:-direct}

auth=pubkey
case $how in direct | chain | raw | pkcs12) ;; *) auth=$how ;; esac

local_lines() {
    [[ $how != pkcs12 || $1 != moon ]] || return 0  # found by its id
    if [[ $how == raw ]]; then echo "pubkeys = $1.pub"; else echo "certs = $1.pem"; fi
}
remote_lines() {
    if [[ $how == raw ]]; then echo "pubkeys = $1.pub"; fi
}
# Each daemon has a name of its own for what a certificate of this kind signs.
auth_of() {
    case $1:$kind in
        libreswan-*:rsa-*) echo rsa-sha2 ;;
        libreswan-*:*) echo ecdsa ;;
        openiked:*) echo rfc7427 ;;
        *) echo "$auth" ;;
    esac
}
# libreswan asks for no certificate unless it is told of whose.
send_cert=ifasked
[[ $peer != libreswan-* ]] || send_cert=always

# conf WHO HOST OTHER
conf() {
    local conn='' secrets=''
    [[ $1 != xfrmd ]] || conn="send_cert = $send_cert"
    [[ $1 != xfrmd || $how != pkcs12 ]] || secrets=$'pkcs12-moon {\n file = moon.p12\n secret = laboratory\n }'
    peer_conf "$1" "$2" auth="$(auth_of "$1")" id="$2.lab.example" peer_id="$3.lab.example" \
        local_lines="$(local_lines "$2")" remote_lines="$(remote_lines "$3")" conn="$conn" secrets="$secrets"
}

gateways
make_ca root ecdsa-256
make_ca middle ecdsa-384 root
make_certificate sun "$kind" root
if [[ $how == chain ]]; then make_certificate moon "$kind" middle; else make_certificate moon "$kind" root; fi
for host in moon sun; do
    who=xfrmd
    [[ $host == moon ]] || who=$peer
    put "$host" "$who" private "$ca/$host.key"
    if [[ $how == raw ]]; then
        for name in moon sun; do openssl pkey -in "$ca/$name.key" -pubout -out "$ca/$name.pub"; done
        put "$host" "$who" pubkey "$ca"/{moon,sun}.pub
    else
        put "$host" "$who" x509 "$ca/$host.pem"
        put "$host" "$who" x509ca "$ca/root.pem"
    fi
done
[[ $how != chain ]] || put moon xfrmd x509ca "$ca/middle.pem"
if [[ $how == pkcs12 ]]; then
    openssl pkcs12 -export -in "$ca/moon.pem" -inkey "$ca/moon.key" -certfile "$ca/root.pem" -passout pass:laboratory \
        -out "$ca/moon.p12"
    rm -r /run/moon/{x509,x509ca,private}
    put moon xfrmd pkcs12 "$ca/moon.p12"
fi

start_peer "$peer" sun <<<"$(conf "$peer" sun moon)"
start_xfrmd moon <<<"$(conf xfrmd moon sun)"
expect up "$initiator" net
expect_tunnel
clear "$initiator"
expect_empty_kernel moon sun
pass
