# Whose certificate is on its CA's list gets no tunnel, and with revocation = strict nobody of whom nothing is known.
#   revocation.sh PEER INITIATOR HOW   PEER: 5.9 or 6.0 (strongSwan); HOW: good, revoked (while it is up: with the next load),
#   unknown (strict, and there is no list) or relaxed (likewise)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"

peer=$1 initiator=$2 how=$3

strictness=strict
[[ $how != relaxed ]] || strictness=relaxed

conf() {
    local lines=
    [[ $1 != moon ]] || lines="revocation = $strictness"
    tunnel_conf "$1" auth=pubkey id="$1.lab.example" peer_id="$2.lab.example" local_lines="certs = $1.pem" remote_lines="$lines"
}

# Each host has its own certificate and the root's.
make_credentials() {
    local host who
    make_ca root ecdsa-256
    for host in moon sun; do
        who=xfrmd
        [[ $host == moon ]] || who=$peer
        make_certificate "$host" ecdsa-256 root
        put "$host" "$who" private "$ca/$host.key"
        put "$host" "$who" x509 "$ca/$host.pem"
        put "$host" "$who" x509ca "$ca/root.pem"
    done
}

gateways
make_credentials
if [[ $how == good || $how == revoked ]]; then
    make_crl root
    put moon xfrmd x509crl "$ca/root.crl"
fi
start_peer "$peer" sun <<<"$(conf sun moon)"
start_xfrmd moon <<<"$(conf moon sun)"
if [[ $how == unknown ]]; then
    expect not up "$initiator" net
    expect_log moon 'whether the certificate is revoked is not known'
else
    expect up "$initiator" net
    expect_tunnel
    clear "$initiator"
fi
if [[ $how == revoked ]]; then
    make_crl root sun
    put moon xfrmd x509crl "$ca/root.crl"
    change_conf moon <<<"$(conf moon sun)"
    expect not up "$initiator" net
    expect_log moon 'was revoked on .*key compromise'
fi
expect_empty_kernel moon sun
pass
