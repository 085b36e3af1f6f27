# What URIs of certificates lead to: the CA's web server and its OCSP responder, both on alice, who is reached from moon.
# To be sourced after certificates.sh.
# shellcheck shell=bash

uris=http://10.1.0.10
served=/run/served
mkdir -p "$served"
declare -A server_pid=()

# The servers are started without a shell between, so that they are who is ended.

# serve HOST ADDRESS: the web server, with the files in $served; what it is asked is in /run/HOST/requests.
serve() {
    : >>"/run/$1/requests"
    nsenter --net="/run/netns/$1" -- python3 "$lab_project/tests/lab/lib/uris.py" "$2" 80 "$served" "/run/$1/requests" >"/run/$1/uris" 2>&1 &
    server_pid[$1]=$!
    eventually 20 grep -q listening "/run/$1/uris" || fail "no web server: $(<"/run/$1/uris")"
}
# end_server NAME: that of a host, or "ocsp".
end_server() {
    kill -KILL "${server_pid[$1]}"
    wait "${server_pid[$1]}" 2>/dev/null || :
    unset "server_pid[$1]"
}

# respond CA [HOST]: openssl's OCSP responder on port 8080 of alice or that host, for the certificates in $ca/index.txt.
respond() {
    local host=${2:-alice}
    nsenter --net="/run/netns/$host" -- openssl ocsp -port 8080 -index "$ca/index.txt" -CA "$ca/$1.pem" -rsigner "$ca/$1.pem" -rkey "$ca/$1.key" \
        -nmin 60 -ignore_err >"/run/$host/ocsp" 2>&1 &
    server_pid[ocsp]=$!
    eventually 10 grep -qiE 'waiting for|accept' "/run/$host/ocsp" || fail "no OCSP responder: $(<"/run/$host/ocsp")"
}

# requests PATH: how often the web server on alice was asked for that.
requests() { grep -c -- " $1\$" /run/alice/requests || :; }
