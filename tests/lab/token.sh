# A tunnel whose key is in a token: moon's certificate and private key are there and nowhere else.
#   token.sh PEER INITIATOR KIND [HOW]   PEER: 6.0 (strongSwan) or xfrmd; KIND: of the key, as make_key has it
#   HOW: present (where nothing is said), file (the certificate is a file, only the key is in the token), AUTH (that `auth`
#   on both sides, such as ike:rsa/pss-sha512), gone (the token is pulled: what else there is goes on, and it works when it
#   is back), absent (not there at the start), wrong_pin, hangs (the module, whatever it is asked)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"
# shellcheck source=tests/lab/lib/tokens.sh
source "$lib/tokens.sh"

peer=$1 initiator=$2 kind=$3 how=${4:-present}

auth=pubkey
case $how in present | file | gone | absent | wrong_pin | hangs) ;; *) auth=$how ;; esac
module=$soft_hsm
[[ $how != hangs ]] || module=$lab_build/tests/support/libhanging_module.so

# conf WHO HOST OTHER
conf() {
    local lines="certs = $2.pem" secrets='' pin=1234
    if [[ $2 == moon ]]; then
        [[ $how == file ]] || lines="cert { handle = 4d6f
            module = $module
        }"
        [[ $how != wrong_pin ]] || pin=9999
        secrets=$(printf 'token-moon {\n handle = 4d6f\n module = %s\n pin = %s\n }' "$module" "$pin")
    fi
    peer_conf "$1" "$2" auth="$auth" id="$2.lab.example" peer_id="$3.lab.example" local_lines="$lines" secrets="$secrets"
}

# refused TEXT...: moon does not start, and says so.
refused() {
    local said text status=0
    conf xfrmd moon sun >/run/moon/swanctl.conf
    said=$(timeout 60 "$lab_build/daemon/xfrmd" --check --config /run/moon/swanctl.conf 2>&1) || status=$?
    [[ $status -eq 8 ]] || fail "not refused: status $status: $said"
    for text in "$@"; do [[ $said == *"$text"* ]] || fail "not said: $text, but $said"; done
    tell "$said"
}

gateways
make_ca root ecdsa-256
make_certificate moon "$kind" root
make_certificate sun "$kind" root
put moon xfrmd x509ca "$ca/root.pem"
put sun "$peer" x509ca "$ca/root.pem"
put sun "$peer" x509 "$ca/sun.pem"
put sun "$peer" private "$ca/sun.key"
make_token moon
if [[ $how == hangs ]]; then
    refused 'connections.gw.local.cert: 4d6f: PKCS#11 module' 'its tokens do not answer'
    status=0
    on moon timeout 60 "$lab_build/daemon/xfrmd" --foreground --config /run/moon/swanctl.conf --socket /run/moon/api.sock \
        >/run/moon/start 2>&1 || status=$?
    [[ $status -eq 8 ]] || fail "a start with a token that hangs: status $status"
    pass
    exit
fi
if [[ $how == absent ]]; then
    refused 'connections.gw.local.cert: 4d6f: PKCS#11 module' "$soft_hsm" 'there is no certificate with handle 4d6f'
    pass
    exit
fi
into_token moon privkey "$ca/moon.key" 4d6f
if [[ $how == file ]]; then put moon xfrmd x509 "$ca/moon.pem"; fi
into_token moon cert "$ca/moon.pem" 4d6f
rm "$ca/moon.key"
if [[ $how == wrong_pin ]]; then
    refused 'secrets.token-moon: PKCS#11 module' 'the login fails: '
    pass
    exit
fi

start_peer "$peer" sun <<<"$(conf "$peer" sun moon)"
start_xfrmd moon <<<"$(conf xfrmd moon sun)"
expect up "$initiator" net
expect_tunnel
if [[ $how == gone ]]; then
    mv /run/moon/tokens /run/moon/pulled
    clear "$initiator"
    expect_empty_kernel moon sun
    expect_not up "$initiator" net
    expect_log moon 'the token has not signed: PKCS#11 module'
    mv /run/moon/pulled /run/moon/tokens
    eventually 20 up "$initiator" net || fail 'the token is back, and not used'
    expect_tunnel
fi
clear "$initiator"
expect_empty_kernel moon sun
pass
