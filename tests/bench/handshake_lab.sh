# Handshakes against xfrmd and against charon in the lab's kernel, with SAs and policies in it. Leaves rows.json.
# shellcheck shell=bash

json=''
# shellcheck source=tests/bench/handshake.sh
source "$lab_project/tests/bench/handshake.sh"

host near far
link near 198.51.100.1/24 far 198.51.100.2/24

# row NAME SUITE: measures the daemon on far.
row() {
    on near "$lab_build/tests/bench/bench_handshake" --suite "$2" --pid "${daemon_pid[far]}" --responder-name "$1" --sequential 100 \
        --concurrent 1000 --at-once 32 >>"$out/rows.json" || fail "no figures for $1, $2"
    tell "$(tail -n 2 "$out/rows.json")"
}

: >"$out/rows.json"
for suite in aes128-sha256-x25519 chacha20poly1305-prfsha256-ecp256 aes128-sha256-modp2048 \
    aes128-sha256-x25519+{ecdsa-256,rsa-2048,ed25519} aes128-sha256-x25519-ke1_mlkem768{,+ecdsa-256}; do
    responder_files "$suite" "$lab_build" /run/far
    XFRMD_FLAGS=$unlimited start_xfrmd far <<<"$(responder_conf "$suite")"
    row xfrmd-lab "$suite"
    stop far
    responder_files "$suite" "$lab_build" /run/far/swanctl
    # Tuned as its documentation says for many SAs, without its log and without its protection against floods.
    STRONGSWAN_CONF_EXTRA='ikesa_table_size = 16384
        ikesa_table_segments = 64
        reuse_ikesa = no
        cookie_threshold = 1000000
        cookie_threshold_ip = 1000000
        block_threshold = 1000000
        filelog { stderr { default = -1
            ike = -1
            cfg = -1 } }' start_strongswan far 6.0 <<<"$(responder_conf "$suite")"
    row charon-lab "$suite"
    crash far
    on far ip xfrm state flush
    on far ip xfrm policy flush
    umount -l /run/far/root
done
pass
