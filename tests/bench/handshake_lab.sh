# Handshakes against xfrmd and against charon in the lab's kernel, with SAs and policies in it. Leaves rows.json.
# shellcheck shell=bash

# shellcheck source=tests/bench/lab_handshakes.sh
source "$lab_project/tests/bench/lab_handshakes.sh"

# row NAME SUITE: measures the daemon on far.
row() {
    handshakes "$1" "$2" >>"$out/rows.json" || fail "no figures for $1, $2"
    tell "$(tail -n 2 "$out/rows.json")"
}

for suite in aes128-sha256-x25519 chacha20poly1305-prfsha256-ecp256 aes128-sha256-modp2048 \
    aes128-sha256-x25519+{ecdsa-256,rsa-2048,ed25519} aes128-sha256-x25519-ke1_mlkem768{,+ecdsa-256}; do
    responder_files "$suite" "$lab_build" /run/far
    XFRMD_FLAGS=$unlimited start_xfrmd far <<<"$(responder_conf "$suite")"
    row xfrmd-lab "$suite"
    stop far
    responder_files "$suite" "$lab_build" /run/far/swanctl
    start_tuned_charon <<<"$(responder_conf "$suite")"
    row charon-lab "$suite"
    over
done
pass
