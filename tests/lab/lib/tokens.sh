# Keys in PKCS#11 tokens: SoftHSM's, in a folder of the host's own. To be sourced.
# shellcheck shell=bash

soft_hsm=/usr/lib/softhsm/libsofthsm2.so

# make_token HOST: an empty token, for this scenario and the daemons that it starts from now on.
make_token() {
    mkdir -p "/run/$1/tokens"
    export SOFTHSM2_CONF=/run/$1/softhsm2.conf
    printf 'directories.tokendir = /run/%s/tokens\nlog.level = ERROR\n' "$1" >"$SOFTHSM2_CONF"
    softhsm2-util --init-token --free --label "$1" --so-pin 87654321 --pin 1234 >"/run/$1/token.log" 2>&1 ||
        fail "no token: $(<"/run/$1/token.log")"
}

# into_token HOST privkey|cert FILE HANDLE: a PEM file's contents.
into_token() {
    local -a convert=(openssl pkey -in "$3" -outform DER)
    [[ $2 != cert ]] || convert=(openssl x509 -in "$3" -outform DER)
    "${convert[@]}" -out "/run/$1/object" &&
        pkcs11-tool --module "$soft_hsm" --token-label "$1" --login --pin 1234 --write-object "/run/$1/object" \
            --type "$2" --id "$4" >"/run/$1/token.log" 2>&1 || fail "not into the token: $(<"/run/$1/token.log")"
    rm "/run/$1/object"
}
