# config_lab N...: how long xfrmd and charon take to load N connections, to load them again unchanged and to list them, and
# what CPU time a handshake costs while they are there. Leaves rows.json.
# shellcheck shell=bash

# shellcheck source=tests/bench/lab_handshakes.sh
source "$lab_project/tests/bench/lab_handshakes.sh"

suite=aes128-sha256-x25519

# conf N: N connections and the one of the handshakes.
conf() {
    responder_conf $suite
    "$lab_build/tests/bench/bench_config" --write "$1"
}

# figure NAME COMMAND...: the seconds that it takes.
figure() {
    local begin end
    begin=$(date +%s%N)
    "${@:2}" >/run/figure.log 2>&1 || fail "$1: $(tail -n 3 /run/figure.log)"
    end=$(date +%s%N)
    printf '{"%s_s": %d.%03d}\n' "$1" $(((end - begin) / 1000000000)) $(((end - begin) / 1000000 % 1000)) >>"$out/rows.json"
    tell "$(tail -n 1 "$out/rows.json")"
}

reload_xfrmd() {
    local before
    before=$(times_loaded far)
    configure far </run/far.conf
    eventually 60 loaded_again far "$before"
}

# cpu_of_handshakes PREFIX N
cpu_of_handshakes() {
    handshakes x $suite 300 >"$out/handshakes.json" || fail "no handshakes with $1, $2 connections"
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

# begin_xfrmd [LEVEL]: on far, without connections, with the strongswan.conf that charon has, but for that level of the log.
begin_xfrmd() {
    STRONGSWAN_CONF_EXTRA=${tuned//-1/${1:--1}} strongswan_conf >/run/far/strongswan.conf
    mkdir -p /run/far/swanctl/{x509{,ca,ocsp,aa,ac,crl},pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12}
    enter_peer far strongswan-6.0
    XFRMD_FLAGS=$unlimited start_xfrmd far <<<''
}

# sas COUNT: as many IKE SAs, each with a child.
sas() {
    conf 1 >/run/far/swanctl/swanctl.conf
    swanctl far --load-all >"$out/load.log" || fail "$(tail -n 3 "$out/load.log")"
    handshakes x $suite "$1" --keep >"$out/handshakes.json" || fail "no $1 SAs"
    figure "vici_sas_$1" python3 "$lab_project/tests/bench/list_sas.py" vici /run/far/charon.vici "$1"
    figure "swanctl_sas_$1" swanctl far --list-sas
    figure "api_sas_$1" python3 "$lab_project/tests/bench/list_sas.py" api /run/far/api.sock "$1"
    figure "xfrmctl_sas_$1" xfrmctl far sa list
}

for number in 1 "$@"; do
    conf "$number" >/run/far.conf
    begin_xfrmd 1
    figure "sighup_$number" reload_xfrmd
    figure "sighup_again_$number" reload_xfrmd
    figure "conn_list_$number" xfrmctl far conn list
    over
    begin_xfrmd
    by_swanctl '' "$number"
    cpu_of_handshakes '' "$number"
    over
    start_tuned_charon <<<''
    by_swanctl charon_ "$number"
    cpu_of_handshakes charon_ "$number"
    over
done

begin_xfrmd
sas "${*: -1}"
over
pass
