# Who is asked for its certificate's standing shows what its own responder says of it (RFC 4806). The one who asks could
# not find out: the URI in the certificate leads nowhere, and revocation = strict.
#   ocsp_in_ike.sh PEER INITIATOR WHO   PEER: 6.0 (strongSwan); WHO: moon or sun shows it, and the other one asks
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"
# shellcheck source=tests/lab/lib/uris.sh
source "$lib/uris.sh"

peer=$1 initiator=$2 who=$3

strongswan_plugins+=' curl'

nowhere=http://10.1.0.10:9/
asks=moon shows=sun near=bob responder=http://10.2.0.10:8080/
[[ $who == sun ]] || asks=sun shows=moon near=alice responder=http://10.1.0.10:8080/

# asks_conf [OCSP]
asks_conf() {
    tunnel_conf "$asks" auth=pubkey id="$asks.lab.example" local_lines="certs = $asks.pem" conn="ocsp = ${1:-request}" \
        remote_lines="revocation = strict
            cacerts = root.pem"
}
# shows_conf NAME OCSP: with the certificate of that name.
shows_conf() {
    tunnel_conf "$shows" auth=pubkey id="$1.lab.example" peer_id="$asks.lab.example" local_lines="certs = $1.pem" conn="ocsp = $2"
    printf 'authorities { lab { cacert = root.pem\n ocsp_uris = %s\n } }\n' "$responder"
}
# of HOST: which daemon that is.
of() { if [[ $1 == moon ]]; then echo xfrmd; else echo "$peer"; fi; }

make_people() {
    local name
    make_ca root ecdsa-256
    for name in moon sun; do put "$name" "$(of "$name")" x509ca "$ca/root.pem"; done
    make_certificate "$asks" ecdsa-256 root
    put "$asks" "$(of "$asks")" private "$ca/$asks.key"
    put "$asks" "$(of "$asks")" x509 "$ca/$asks.pem"
    for name in "$shows" gone; do
        make_certificate "$name" ecdsa-256 root "authorityInfoAccess = OCSP;URI:$nowhere"
        put "$shows" "$(of "$shows")" private "$ca/$name.key"
        put "$shows" "$(of "$shows")" x509 "$ca/$name.pem"
    done
    make_crl root gone
    list_valid moon sun
}

# shows_itself NAME OCSP
shows_itself() { change_conf "$shows" <<<"$(shows_conf "$@")"; }

# is_refused REGEX: what the log of who asks says has to be new. strongSwan remembers responses that it was shown.
is_refused() {
    [[ $asks == moon ]] || swanctl sun --flush-certs >/dev/null
    cp "$out/$asks.log" /run/seen
    expect not up "$initiator" net
    eventually 5 says_new "$1" || fail "the log of $asks does not say: $1"
}
says_new() { tail -n "+$(($(wc -l </run/seen) + 1))" "$out/$asks.log" | grep -qE -- "$1"; }

# Each daemon's words for it.
if [[ $asks == moon ]]; then
    revoked='gone.lab.example.* was revoked on' unknown='not known to be good'
else
    # xfrmd shows nothing that does it harm.
    unknown='RULE_CRL_VALIDATION is .*, but requires at least GOOD' revoked=$unknown
fi

gateways
make_people
respond root "$near"
start_peer "$(of "$shows")" "$shows" <<<"$(shows_conf "$shows" reply)"
start_peer "$(of "$asks")" "$asks" <<<"$(asks_conf)"
expect up "$initiator" net
expect_tunnel
if [[ $asks == moon ]]; then
    expect_log sun 'sending OCSP status for certificate .*CN=sun.lab.example'
    [[ -z $(pgrep xfrmd-fetch) ]] || fail "moon has not only believed what it was shown"
else
    expect_log sun 'received OCSP response issued by .*CN=root'
    expect_log sun 'using cached ocsp response'
fi
clear "$initiator"

shows_itself gone reply
is_refused "$revoked"
# Nothing else has told it: it is not known where one of them does not take part.
shows_itself "$shows" never
is_refused "$unknown"
shows_itself "$shows" reply
change_conf "$asks" <<<"$(asks_conf never)"
is_refused "$unknown"
expect_empty_kernel moon sun
pass
