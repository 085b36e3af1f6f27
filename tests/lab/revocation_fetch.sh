# Moon asks URIs whether the peer's certificate is revoked.
#   revocation_fetch.sh PEER INITIATOR HOW   PEER: 6.0 (strongSwan); HOW: crl, ocsp, forbidden, or socket
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"
# shellcheck source=tests/lab/lib/uris.sh
source "$lib/uris.sh"

peer=$1 initiator=$2 how=$3

# moon_conf REVOCATION [AUTHORITY LINES]: a second connection is there for whoever else comes meanwhile.
moon_conf() {
    tunnel_conf moon auth=pubkey id=moon.lab.example local_lines="certs = moon.pem" remote_lines="revocation = $1
            cacerts = root.pem"
    printf 'connections { side { version = 2\n remote_addrs = 192.0.2.2\n'
    printf 'local { auth = psk\n id = moon.side }\n remote { auth = psk\n id = sun.side }\n'
    printf 'children { side { mode = transport\n local_ts = dynamic[17/7]\n remote_ts = dynamic[17/7]\n } } } }\n'
    printf 'authorities { lab { cacert = root.pem\n %s\n } }\n' "${2:-}"
}
# sun_conf NAME: who sun is.
sun_conf() {
    tunnel_conf sun auth=pubkey id="$1.lab.example" peer_id=moon.lab.example local_lines="certs = $1.pem"
    printf 'connections { side { version = 2\n remote_addrs = 192.0.2.1\n'
    printf 'local { auth = psk\n id = sun.side }\n remote { auth = psk\n id = moon.side }\n'
    printf 'children { side { mode = transport\n local_ts = dynamic[17/7]\n remote_ts = dynamic[17/7]\n } } } }\n'
}

# person NAME LINES: somebody that sun may be, with what the certificate says of revocation.
person() {
    make_certificate "$1" ecdsa-256 root "$2"
    put sun "$peer" private "$ca/$1.key"
    put sun "$peer" x509 "$ca/$1.pem"
}
points() { printf 'crlDistributionPoints = URI:%s' "$1"; }
responder() { printf 'authorityInfoAccess = OCSP;URI:%s' "$1"; }

make_people() {
    make_ca root ecdsa-256
    make_certificate moon ecdsa-256 root
    put moon xfrmd private "$ca/moon.key"
    put moon xfrmd x509 "$ca/moon.pem"
    put moon xfrmd x509ca "$ca/root.pem"
    put sun "$peer" x509ca "$ca/root.pem"
    "people_$how"
}

# begin NAME REVOCATION [AUTHORITY LINES]
begin() {
    gateways
    make_people
    start_peer "$peer" sun <<<"$(sun_conf "$1")"
    start_xfrmd moon <<<"$(moon_conf "${@:2}")"
}

# comes_up NAME, is_refused NAME REGEX: sun as that one. What moon's log says has to be new.
comes_up() {
    change_conf sun <<<"$(sun_conf "$1")"
    expect up "$initiator" net
    clear "$initiator"
}
is_refused() {
    change_conf sun <<<"$(sun_conf "$1")"
    : >"/run/moon/seen"
    cp "$out/moon.log" /run/moon/seen
    expect not up "$initiator" net
    eventually 5 says_new "$2" || fail "the log of moon does not say: $2"
}
says_new() { tail -n "+$(($(wc -l </run/moon/seen) + 1))" "$out/moon.log" | grep -qE -- "$1"; }

helper_of() { pgrep -P "${daemon_pid[$1]}" xfrmd-fetch; }

# --- Lists ---

people_crl() {
    person sun "$(points "$uris/root.crl")"
    person gone "$(points "$uris/root.crl")"
    person lost "$(points "$uris/base.crl")
freshestCRL = URI:$uris/delta.crl"
    person slow "$(points "$uris/hang.crl")"
    person other "$(points "$uris/other.crl")"
    person config ''
    make_crl root
    cp "$ca/root.crl" "$served/base.crl"
    make_delta lost
    make_crl root gone
    cp "$ca/root.crl" "$served/root.crl"
    cp "$ca/root.crl" "$served/other.crl"
}

# make_delta NAME: $served/delta.crl, to the list number 1, with that one.
make_delta() {
    make_crl root "$1"
    printf '[delta]\n2.5.29.27 = critical,DER:02:01:01\n' >>"$ca/crl.conf"
    openssl ca -config "$ca/crl.conf" -cert "$ca/root.pem" -keyfile "$ca/root.key" -gencrl -crlexts delta \
        -out "$served/delta.crl" >"$ca/log" 2>&1 || fail "no delta: $(<"$ca/log")"
}

# Another peer of the same daemon waits for nobody, and who has killed the helper spoils what it was asked only.
while_it_hangs() {
    local hanging
    change_conf sun <<<"$(sun_conf slow)"
    cp "$out/moon.log" /run/moon/seen
    up "$initiator" net >/run/moon/hanging 2>&1 &
    hanging=$!
    eventually 5 asked_for /hang.crl || fail "moon does not ask"
    expect up "$initiator" side
    kill -0 "$hanging" || fail "the other one has not waited"
    tell "while one hangs, another one is there"
    kill -KILL "$(helper_of moon)"
    expect not wait "$hanging"
    eventually 5 says_new 'not known.*has ended' || fail "moon does not say that its helper has ended"
    clear "$initiator"
}
asked_for() { [[ $(requests "$1") -gt 0 ]]; }

run_crl() {
    begin sun strict
    serve alice 10.1.0.10
    change_conf sun <<<"$(sun_conf sun)"
    expect up "$initiator" net
    expect_tunnel
    clear "$initiator"
    [[ $(ps -o user= -p "$(helper_of moon)") == nobody ]] || fail "the helper is not nobody"
    grep -qE '^CapEff:.*0{16}$' "/proc/$(helper_of moon)/status" || fail "the helper has capabilities"
    comes_up sun
    [[ $(requests /root.crl) -eq 1 ]] || fail "the list was fetched $(requests /root.crl) times"
    is_refused gone 'gone.lab.example.* was revoked on .*key compromise'
    is_refused lost 'lost.lab.example.* was revoked on .*key compromise'
    while_it_hangs
    comes_up other
    restart moon
    comes_up sun
    [[ $(requests /root.crl) -eq 1 ]] || fail "the list was not read from the disk"
    end_server alice
    is_refused gone 'gone.lab.example.* was revoked on .*key compromise'
    is_refused slow 'not known.*cannot be asked'
    change_conf moon <<<"$(moon_conf strict "crl_uris = $uris/root.crl")"
    comes_up config
    stop moon
    [[ -z $(pgrep xfrmd-fetch) ]] || fail "the helper is still there"
}

# --- OCSP ---

people_ocsp() {
    person sun "$(responder "$uris:8080/")"
    person gone "$(responder "$uris:8080/")"
    person config ''
    make_crl root gone
    list_valid sun config
}

run_ocsp() {
    local where
    begin sun strict
    respond root
    # A host that is silent: its frames go nowhere.
    ip -n moon neigh replace 10.1.0.66 lladdr 02:00:00:00:00:66 dev alice nud permanent
    comes_up sun
    is_refused gone 'gone.lab.example.* was revoked on'
    change_conf moon <<<"$(moon_conf strict "ocsp_uris = $uris:8080/other")"
    comes_up config
    for where in "10.1.0.10:9/ cannot be asked" "10.1.0.66/ does not answer in time"; do
        change_conf moon <<<"$(moon_conf strict "ocsp_uris = http://${where%% *}")"
        is_refused config "not known.*${where#* }"
        change_conf moon <<<"$(moon_conf ifuri "ocsp_uris = http://${where%% *}a")"
        is_refused config "not known.*${where#* }"
        change_conf moon <<<"$(moon_conf relaxed "ocsp_uris = http://${where%% *}b")"
        comes_up config
        expect_log moon "${where#* }.*relaxed. lets it pass"
    done
    end_server ocsp
    change_conf moon <<<"$(moon_conf ifuri)"
    comes_up config
}

# --- Where nobody is asked ---

people_forbidden() {
    person sun "$(points http://127.0.0.1/root.crl)"
    person metadata "$(points http://169.254.169.254/latest)"
    person redirected "$(points "$uris/to/http://127.0.0.1/root.crl")"
    person file "$(points file:///etc/passwd)"
    person endless "$(points "$uris/endless")"
    person missing "$(points "$uris/missing")"
    make_crl root
    cp "$ca/root.crl" "$served/root.crl"
}

run_forbidden() {
    begin sun strict
    serve alice 10.1.0.10
    serve moon 127.0.0.1
    capture moon lo lo
    is_refused sun 'http://127.0.0.1/root.crl leads to 127.0.0.1, which is this host itself'
    is_refused metadata 'leads to 169.254.169.254, which is on the link only'
    is_refused redirected 'leads to 127.0.0.1, which is this host itself'
    is_refused file 'file:///etc/passwd is neither http nor https'
    is_refused endless 'sends more than 16777216 bytes'
    is_refused missing 'answers with status 404'
    [[ ! -s /run/moon/requests ]] || fail "moon has asked itself: $(</run/moon/requests)"
    [[ -z $(tcpdump -n -r "$out/lo.pcap" 2>/dev/null) ]] || fail "a packet to this host itself"
    [[ -z $(packets 'net 169.254.0.0/16') ]] || fail "a packet to a forbidden place"
    xfrmctl moon system info --json | grep -q revocation_unknown || fail "nothing is counted"
}

# --- Who fetches is started by a socket, as systemd does it ---

people_socket() {
    person sun "$(points "$uris/root.crl")"
    person gone "$(points "$uris/root.crl")"
    make_crl root gone
    cp "$ca/root.crl" "$served/root.crl"
}

run_socket() {
    local activation
    XFRMD_FLAGS="--fetcher /run/moon/fetch.sock" begin sun strict
    serve alice 10.1.0.10
    on moon systemd-socket-activate --accept --inetd -l /run/moon/fetch.sock \
        setpriv --reuid nobody --regid nogroup --clear-groups "$lab_build/daemon/xfrmd-fetch" 2>/run/moon/activation.log &
    activation=$!
    eventually 5 test -S /run/moon/fetch.sock || fail "no socket: $(</run/moon/activation.log)"
    expect up "$initiator" net
    clear "$initiator"
    [[ -z $(helper_of moon) ]] || fail "xfrmd has started it"
    [[ $(ps -o user= -C xfrmd-fetch) == nobody ]] || fail "it is not nobody"
    is_refused gone 'gone.lab.example.* was revoked on .*key compromise'
    stop moon
    eventually 5 not pgrep xfrmd-fetch || fail "it is still there"
    kill "$activation"
}

"run_$how"
expect_empty_kernel moon sun
pass
