# What the lab's benchmarks share that have a generator on near measure a responder on far. To be sourced there.
# shellcheck shell=bash

json=''
# shellcheck source=tests/bench/handshake.sh
source "$lab_project/tests/bench/handshake.sh"

host near far
link near 198.51.100.1/24 far 198.51.100.2/24
: >"$out/rows.json"

# handshakes NAME SUITE [COUNT OPTION...]: what they cost the daemon on far, as rows on standard output.
handshakes() {
    on near "$lab_build/tests/bench/bench_handshake" --suite "$2" --pid "${daemon_pid[far]}" --responder-name "$1" --sequential 100 \
        --concurrent "${3:-1000}" --at-once 32 "${@:4}"
}

# For many SAs, as strongSwan's documentation says, without logs and without protection against floods.
tuned='ikesa_table_size = 16384
    ikesa_table_segments = 64
    reuse_ikesa = no
    cookie_threshold = 1000000
    cookie_threshold_ip = 1000000
    block_threshold = 1000000
    filelog {
        stderr {
            default = -1
            ike = -1
            cfg = -1
        }
    }'
start_tuned_charon() { STRONGSWAN_CONF_EXTRA=$tuned start_strongswan far 6.0; }

# over: the daemon on far, which has strongSwan's files, goes at once, and all that it left.
over() {
    crash far
    on far ip xfrm state flush
    on far ip xfrm policy flush
    umount -l /run/far/root
}
