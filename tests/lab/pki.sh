# Gateways whose CAs, certificates and keys are made by `xfrmctl pki` alone: moon's is of a CA in between, sun's key is
# encrypted. The tunnel comes up; then sun is revoked, and has none. What is revoked at the same time is on the list, too.
#   pki.sh PEER INITIATOR KIND   PEER: 5.9 or 6.0 (strongSwan); KIND: of all keys, as --kind has it
# shellcheck shell=bash

peer=$1 initiator=$2 kind=$3

ca=/run/ca
root=$ca/x509ca/root.pem
swanctl=/run/sun/swanctl

pki() {
    "$lab_build/cli/xfrmctl" pki "$@" >"/run/pki.log" 2>&1 || fail "pki $*: $(</run/pki.log)"
    tell "$(</run/pki.log)"
}

conf() {
    local lines='' secrets=''
    if [[ $1 == moon ]]; then
        lines='revocation = strict'
    else
        secrets=$'private-sun {\n file = sun.pem\n secret = laboratory\n }'
    fi
    tunnel_conf "$1" auth=pubkey id="$1.lab.example" peer_id="$2.lab.example" local_lines="certs = $1.pem" remote_lines="$lines" \
        secrets="$secrets"
}

make_credentials() {
    mkfifo /run/passphrase
    echo laboratory >/run/passphrase &
    pki ca root --kind "$kind" --subject 'C=CH, O=xfrmd lab, CN=root' --out "$ca"
    pki ca middle --kind "$kind" --ca root --out "$ca"
    pki gateway moon --kind "$kind" --san moon.lab.example --san 192.0.2.1 --ca "$ca/x509ca/middle.pem" --out /run/moon
    pki gateway sun --kind "$kind" --san sun.lab.example --ca "$root" --passphrase-file /run/passphrase --out "$swanctl"
    pki client carol@lab.example --kind "$kind" --crl-uri http://lab.example/root.crl --ca "$root" --out /run/carol
    pki crl --ca root --out "$ca"
    revoke_at_once 0a 0b 0c 0d 0e 0f
    mkdir -p /run/moon/x509crl
    cp "$ca/x509crl/root.crl" /run/moon/x509crl/
}

# revoke_at_once SERIAL...: each by an xfrmctl of its own.
revoke_at_once() {
    local serial
    local -a pids=()
    for serial in "$@"; do
        "$lab_build/cli/xfrmctl" pki crl --ca root --revoke "$serial" --out "$ca" >"/run/pki.$serial" 2>&1 &
        pids+=($!)
    done
    wait "${pids[@]}"
    [[ $(openssl crl -inform DER -in "$ca/x509crl/root.crl" -noout -text | grep -c 'Serial Number') -eq $# ]] ||
        fail "not all of them are on the list: $(cat /run/pki.*)"
}

# says FILE TEXT...: openssl reads that in the certificate.
says() {
    local text
    text=$(openssl x509 -noout -text -in "$1")
    for word in "${@:2}"; do [[ $text == *"$word"* ]] || fail "openssl does not read '$word' in $1: $text"; done
}

expect_openssl_to_agree() {
    local -a untrusted=(-untrusted "$ca/x509ca/middle.pem")
    expect openssl verify -x509_strict -CAfile "$root" "${untrusted[@]}" -purpose sslserver /run/moon/x509/moon.pem
    expect openssl verify -x509_strict -CAfile "$root" -purpose sslclient /run/carol/x509/carol@lab.example.pem
    expect_not openssl verify -CAfile "$root" -purpose sslserver /run/carol/x509/carol@lab.example.pem
    says /run/moon/x509/moon.pem 'DNS:moon.lab.example, IP Address:192.0.2.1' 'Digital Signature' \
        'TLS Web Server Authentication, 1.3.6.1.5.5.8.2.2'
    says "$root" 'CA:TRUE' 'Certificate Sign, CRL Sign' 'Subject: C = CH, O = xfrmd lab, CN = root'
    says /run/carol/x509/carol@lab.example.pem email:carol@lab.example 'TLS Web Client Authentication' URI:http://lab.example/root.crl
    expect openssl pkey -noout -check -in /run/moon/private/moon.pem
    expect openssl pkey -noout -check -in "$swanctl/private/sun.pem" -passin pass:laboratory
    expect_not openssl pkey -noout -in "$swanctl/private/sun.pem" -passin pass:other
}

# crl_check: openssl's verdict on sun by the CA's list.
crl_check() {
    openssl crl -inform DER -in "$ca/x509crl/root.crl" -out /run/root.crl.pem
    openssl verify -crl_check -CAfile "$root" -CRLfile /run/root.crl.pem "$swanctl/x509/sun.pem"
}

verify_sun() {
    "$lab_build/cli/xfrmctl" pki verify "$swanctl/x509/sun.pem" --ca "$ca/x509ca" --crl "$ca/x509crl" --name sun.lab.example \
        --revocation strict
}

gateways
make_credentials
[[ $(stat -c %a /run/moon/private/moon.pem "$swanctl/private/sun.pem" "$ca/private" | tr '\n' ' ') == '600 600 700 ' ]] ||
    fail "private keys are readable by others"
expect_openssl_to_agree
expect crl_check
expect verify_sun
start_peer "$peer" sun <<<"$(conf sun moon)"
start_xfrmd moon <<<"$(conf moon sun)"
expect up "$initiator" net
expect_tunnel
clear "$initiator"
pki crl --ca root --revoke "$swanctl/x509/sun.pem" --reason key-compromise --out "$ca"
cp "$ca/x509crl/root.crl" /run/moon/x509crl/
change_conf moon <<<"$(conf moon sun)"
expect not up "$initiator" net
expect_log moon 'was revoked on .*key compromise'
expect_not crl_check
# The sentence is the daemon's own.
expect_not verify_sun 2>/run/verify.log
sentence=$(sed -n 's/^xfrmctl: //p' /run/verify.log)
[[ -n $sentence ]] && grep -qF -- "$sentence" "$out/moon.log" || fail "the log of moon does not say: $sentence"
expect_empty_kernel moon sun
pass
