# A CA, one below it, and certificates and keys of the gateways, made with openssl; and where each daemon wants them.
# shellcheck shell=bash

ca=/run/ca
mkdir -p "$ca"

# make_key FILE KIND: rsa-BITS, ecdsa-256|384|521, ed25519 or ed448.
make_key() {
    case $2 in
        rsa-*) openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#*-}" -out "$1" ;;
        ecdsa-*) openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:P-${2#*-}" -out "$1" ;;
        ed*) openssl genpkey -algorithm "${2^^}" -out "$1" ;;
    esac || fail "no key of kind $2"
}

# make_ca NAME KIND [ISSUER]: a CA certificate, signed by itself or by that CA.
make_ca() {
    make_key "$ca/$1.key" "$2"
    printf 'basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n' >"$ca/$1.ext"
    printf 'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n' >>"$ca/$1.ext"
    sign "$1" "CN=$1" "${3:-}"
}

# make_certificate NAME KIND ISSUER [LINES]: of NAME.lab.example. LINES: more extensions, as openssl has them.
make_certificate() {
    make_key "$ca/$1.key" "$2"
    printf 'subjectAltName = DNS:%s.lab.example\nkeyUsage = digitalSignature\n%s\n' "$1" "${4:-}" >"$ca/$1.ext"
    sign "$1" "CN=$1.lab.example" "$3"
}

# sign NAME SUBJECT [ISSUER]
sign() {
    local -a issuer=(-signkey "$ca/$1.key")
    [[ -z $3 ]] || issuer=(-CA "$ca/$3.pem" -CAkey "$ca/$3.key" -CAcreateserial)
    openssl req -new -key "$ca/$1.key" -subj "/C=CH/O=xfrmd lab/$2" -out "$ca/$1.req" &&
        openssl x509 -req -in "$ca/$1.req" "${issuer[@]}" -days 30 -extfile "$ca/$1.ext" -out "$ca/$1.pem" 2>"$ca/log" ||
        fail "no certificate for $1: $(<"$ca/log")"
}

# credentials HOST WHO: the folder of that host's credentials, as xfrmd or strongSwan has it.
credentials() {
    if [[ $2 == xfrmd ]]; then echo "/run/$1"; else echo "/run/$1/swanctl"; fi
}

# put HOST WHO FOLDER FILE...: files of the CA's into that folder of the host.
put() {
    local folder
    folder=$(credentials "$1" "$2")/$3
    mkdir -p "$folder"
    cp "${@:4}" "$folder/"
}

# make_crl CA [NAME...]: its list of revoked certificates, with those on it, as $ca/CA.crl.
make_crl() {
    local name
    {
        printf '[ca]\ndefault_ca = lab\n[lab]\ndatabase = %s/index.txt\ncrlnumber = %s/crlnumber\n' "$ca" "$ca"
        printf 'default_md = sha256\ndefault_crl_days = 1\n'
    } >"$ca/crl.conf"
    : >"$ca/index.txt"
    echo 01 >"$ca/crlnumber"
    local -a openssl_ca=(openssl ca -config "$ca/crl.conf" -cert "$ca/$1.pem" -keyfile "$ca/$1.key")
    for name in "${@:2}"; do "${openssl_ca[@]}" -revoke "$ca/$name.pem" -crl_reason keyCompromise; done >"$ca/log" 2>&1
    "${openssl_ca[@]}" -gencrl -out "$ca/$1.crl" >>"$ca/log" 2>&1 || fail "no CRL of $1: $(<"$ca/log")"
}

# list_valid NAME...: these are in that list's $ca/index.txt as not revoked, for an OCSP responder to know them.
list_valid() {
    local name
    for name in "$@"; do
        printf 'V\t350101000000Z\t\t%s\tunknown\t/CN=%s\n' "$(openssl x509 -in "$ca/$name.pem" -noout -serial | cut -d= -f2)" "$name"
    done >>"$ca/index.txt"
}
