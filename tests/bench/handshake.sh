# scripts/bench handshake: responders in network namespaces of their own, and the generator beside them. Sourced by
# scripts/bench, which sets project and json.
# shellcheck shell=bash

# As in suites.h: a proposal and, behind "+", of which kind the certificates are.
suites=(aes128-sha256-x25519 aes256gcm16-prfsha384-x25519 chacha20poly1305-prfsha256-ecp256 aes128-sha256-modp2048
    aes256-sha512-ecp521 aes128-sha256-x25519+{ecdsa-256,rsa-2048,ed25519} aes128-sha256-x25519-ke1_mlkem768{,+ecdsa-256})

# Options of xfrmd's: one address makes all of them.
unlimited='--cookie-threshold 1000000 --cookie-threshold-per-address 1000000 --half-open-per-address 1000000
    --half-open-per-network 1000000 --most-half-open 1000000 --attempts-per-address 0'

# responder_conf SUITE: the responder's configuration: any peer, one key or a certificate, what the suites need.
responder_conf() {
    local auth='auth = psk' own=''
    [[ $1 != *+* ]] || auth='auth = pubkey' own='certs = gateway.pem'
    cat <<END
connections {
    gw {
        version = 2
        proposals = ${1%+*}
        local {
            $auth
            $own
            id = gateway.bench.example
        }
        remote {
            $auth
            id = %any
        }
        children {
            net {
                local_ts = 0.0.0.0/0
                remote_ts = 10.0.0.0/8
                esp_proposals = aes128gcm16,aes256gcm16,chacha20poly1305,aes128-sha256,aes256-sha512
            }
        }
    }
}
secrets {
    ike-all {
        secret = bench
    }
}
END
}

# responder_files SUITE BUILD FOLDER: its certificate, key and CA, as files in folders beside swanctl.conf.
responder_files() {
    rm -rf "$3"/{x509,x509ca,private}
    [[ $1 != *+* ]] || "$2/tests/bench/bench_credentials" "${1#*+}" "$3"
}

bench_handshake() {
    local work
    work=$(mktemp -d)
    near=xfrmd-bench-$$-a far=xfrmd-bench-$$-b
    trap 'end_bench "'"$work"'"' EXIT
    make_hosts
    for suite in "${suites[@]}"; do
        say "measuring $suite"
        measure_xfrmd "$suite" "$work" >>"$work/rows"
    done
    say 'measuring in the lab'
    measure_in_lab "$work" >>"$work/rows"
    show_rows <"$work/rows"
}

make_hosts() {
    ip netns add "$near"
    ip netns add "$far"
    ip link add to-far netns "$near" type veth peer name to-near netns "$far"
    ip -n "$near" addr add 198.51.100.1/24 dev to-far
    ip -n "$far" addr add 198.51.100.2/24 dev to-near
    ip -n "$near" link set to-far up
    ip -n "$far" link set to-near up
}

end_bench() {
    [[ -z ${responder_pid:-} ]] || kill "$responder_pid" 2>/dev/null || :
    ip netns del "$near" 2>/dev/null || :
    ip netns del "$far" 2>/dev/null || :
    rm -rf "$1"
}

# A daemon for each suite: numbers of one do not carry over to the next.
measure_xfrmd() {
    local suite=$1 work=$2 daemon=$project/build/release
    (umask 077 && responder_conf "$suite" >"$work/swanctl.conf" && responder_files "$suite" "$daemon" "$work")
    # shellcheck disable=SC2086  # a list of words
    ip netns exec "$far" "$daemon/daemon/xfrmd" --config "$work/swanctl.conf" --foreground --kernel memory \
        --socket "$work/api.sock" --vici "" $unlimited >"$work/xfrmd.log" 2>&1 &
    responder_pid=$!
    for ((i = 0; i < 100; ++i)); do
        [[ ! -S $work/api.sock ]] || break
        sleep 0.05
    done
    ip netns exec "$near" "$daemon/tests/bench/bench_handshake" --suite "$suite" --pid "$responder_pid" --responder-name xfrmd ||
        { tail -n 5 "$work/xfrmd.log" >&2 && die "the benchmark of $suite failed"; }
    kill "$responder_pid"
    wait "$responder_pid" || :
    responder_pid=
}

# The same in the lab's kernel, with SAs and policies in it, for xfrmd and for charon.
measure_in_lab() {
    "$project/scripts/lab" --build "$project/build/release" --out "$1/lab" --timeout 600 \
        "$project/tests/bench/handshake_lab.sh" >"$1/lab.log" 2>&1 || { tail -n 20 "$1/lab.log" >&2 && die "the lab's part failed"; }
    cat "$1/lab/rows.json"
}

# One row of JSON a line on standard input; a table or one JSON document out.
show_rows() {
    if [[ $json == yes ]]; then
        printf '{"suites": [%s]}\n' "$(grep . | paste -sd, -)"
        return
    fi
    printf '%-49s %-14s %9s %9s %9s %9s %6s\n' suite responder 'one by one' 'at once/s' 'CPU us' 'floor us' ratio
    while read -r row; do
        [[ -z $row ]] || python3 -c '
import json, sys
r = json.loads(sys.argv[1])
print("%-49s %-14s %9.0f %9.0f %9.1f %9.1f %6.2f" % (r["suite"], r["responder"], r["sequential_per_s"], r["handshakes_per_s"],
      r["cpu_us"], r["floor_us"], r["ratio"]))' "$row"
    done
}
