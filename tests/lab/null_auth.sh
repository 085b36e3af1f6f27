# NULL authentication (RFC 7619): a gateway that remains unknown, or both.
#   null_auth.sh PEER INITIATOR WHO   PEER: libreswan-5 or xfrmd; WHO remains unknown: moon, sun or both. Who does not has
#   a certificate.
#   null_auth.sh PEER INITIATOR refused   sun remains unknown, and moon does not want that
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"

peer=$1 initiator=$2 who=$3

# unknown HOST [WHOSE]: is it, in WHOSE file?
unknown() {
    case $who:$1:${2:-} in both:* | moon:moon:* | sun:sun:* | refused:sun:sun) return 0 ;; esac
    return 1
}
# section HOST WHOSE LINES
section() {
    if unknown "$1" "$2"; then echo 'auth = null'; else printf 'auth = pubkey\n id = %s.lab.example\n %s\n' "$1" "$3"; fi
}
# libreswan asks for no certificate where it has none itself.
swanctl_conf() {
    tunnel_conf "$1" conn="send_cert = always" | awk -v own="$(section "$1" "$1" "certs = $1.pem")" -v other="$(section "$2" "$1" '')" '
        /^ *(local|remote) \{/ { print; print /local/ ? own : other; skip = 1; next }
        skip && /auth = / { next }
        { skip = skip && !/\}/; print }'
}
ipsec_conf() {
    local own=ecdsa other=ecdsa
    ! unknown "$1" "$1" || own=null
    ! unknown "$2" "$1" || other=null
    libreswan_conf "$1" auth=ecdsa id="$1.lab.example" peer_id="$2.lab.example" | awk -v own=$own -v other=$other '
        /authby=/ { print "    leftauth=" own "\n    rightauth=" other; next }
        own == "null" && /leftid=/ { print "    leftid=%null"; next }
        other == "null" && /rightid=/ { print "    rightid=%null"; next }
        own == "null" && /left(cert|sendcert)=/ { next }
        { print }'
}

gateways
make_ca root ecdsa-256
for host in moon sun; do
    daemon=xfrmd
    [[ $host == moon ]] || daemon=$peer
    make_certificate "$host" ecdsa-256 root
    put "$host" "$daemon" private "$ca/$host.key"
    put "$host" "$daemon" x509 "$ca/$host.pem"
    put "$host" "$daemon" x509ca "$ca/root.pem"
done
if [[ $peer == xfrmd ]]; then
    start_xfrmd sun <<<"$(swanctl_conf sun moon)"
else
    start_peer "$peer" sun <<<"$(ipsec_conf sun moon)"
fi
start_xfrmd moon <<<"$(swanctl_conf moon sun)"

if [[ $who == refused ]]; then
    expect_not up "$initiator" net
    expect_log moon 'no connection for these addresses and identities|authentication failed|peer refused our authentication'
else
    expect up "$initiator" net
    expect_tunnel
    known=sun.lab.example
    ! unknown sun moon || known=%null
    expect_log moon "IKE SA established with $known"
    clear "$initiator"
fi
expect_empty_kernel moon sun
pass
