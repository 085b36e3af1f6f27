# config_lab N...: how long xfrmd and charon take to load N connections, to load them again unchanged and to list them, and
# what CPU time a handshake costs while they are there. Leaves rows.json.
# shellcheck shell=bash

json=''
# shellcheck source=tests/bench/handshake.sh
source "$lab_project/tests/bench/handshake.sh"

suite=aes128-sha256-x25519
host near far
link near 198.51.100.1/24 far 198.51.100.2/24
: >"$out/rows.json"

# conf N: N connections and the one of the handshakes.
conf() {
    responder_conf $suite
    "$lab_build/tests/bench/bench_config" --write "$1"
}

# figure NAME COMMAND...: the seconds that it takes.
figure() {
    local begin end
    begin=$(date +%s%N)
    "${@:2}" >"$out/figure.log" 2>&1 || fail "$1: $(tail -n 3 "$out/figure.log")"
    end=$(date +%s%N)
    printf '{"%s_s": %d.%03d}\n' "$1" $(((end - begin) / 1000000000)) $(((end - begin) / 1000000 % 1000)) >>"$out/rows.json"
    tell "$(tail -n 1 "$out/rows.json")"
}

reload_xfrmd() { change_conf far </run/far.conf; }

# handshakes PREFIX N
handshakes() {
    on near "$lab_build/tests/bench/bench_handshake" --suite $suite --pid "${daemon_pid[far]}" --responder-name x --sequential 100 \
        --concurrent 1000 --at-once 32 >"$out/handshakes.json" || fail "no handshakes with $1, $2 connections"
    python3 -c '
import json, sys
for line in open(sys.argv[1]):
    row = json.loads(line)
    if "cpu_us" in row:
        print(json.dumps({sys.argv[2] + "handshake_" + sys.argv[3] + "_cpu_us": row["cpu_us"]}))' \
        "$out/handshakes.json" "$1" "$2" >>"$out/rows.json"
    tell "$(tail -n 1 "$out/rows.json")"
}

# by_swanctl PREFIX N
by_swanctl() {
    cp /run/far.conf /run/far/swanctl/swanctl.conf
    figure "$1load_$2" swanctl far --load-all
    figure "$1reload_$2" swanctl far --load-all
    figure "$1list_$2" swanctl far --list-conns
}

for number in 1 "$@"; do
    conf "$number" >/run/far.conf
    XFRMD_FLAGS=$unlimited start_xfrmd far <<<''
    figure "sighup_$number" reload_xfrmd
    figure "sighup_again_$number" reload_xfrmd
    figure "conn_list_$number" xfrmctl far conn list
    handshakes '' "$number"
    stop far
    mkdir -p /run/far/swanctl/{x509{,ca,ocsp,aa,ac,crl},pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12}
    XFRMD_FLAGS=$unlimited start_xfrmd far <<<''
    strongswan_conf >/run/far/strongswan.conf
    enter_peer far strongswan-6.0
    by_swanctl '' "$number"
    stop far
    umount -l /run/far/root
    STRONGSWAN_CONF_EXTRA='ikesa_table_size = 16384
        ikesa_table_segments = 64
        reuse_ikesa = no
        cookie_threshold = 1000000
        cookie_threshold_ip = 1000000
        block_threshold = 1000000
        filelog { stderr { default = -1
            ike = -1
            cfg = -1 } }' start_strongswan far 6.0 <<<''
    by_swanctl charon_ "$number"
    handshakes charon_ "$number"
    crash far
    on far ip xfrm state flush
    on far ip xfrm policy flush
    umount -l /run/far/root
done
pass
