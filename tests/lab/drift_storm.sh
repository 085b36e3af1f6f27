# Random deletions and flushes in the kernel; when it is over, the kernel has what is wanted, and nothing else of ours.
#   drift_storm.sh PEER SECONDS
# shellcheck shell=bash

policies() { on moon ip xfrm policy | grep '^src 10.[12].0.0/24'; }
some_policy() { on moon ip xfrm policy delete dir "$1" "${@:2}" 2>/dev/null || :; }
some_state() {
    on moon ip xfrm state | awk '/^src/ { src = $2; dst = $4 } /proto/ { print src, dst, $2, $4 }' | shuf -n 1 |
        while read -r src dst proto spi; do on moon ip xfrm state delete src "$src" dst "$dst" proto "$proto" spi "$spi" || :; done
}
strike() {
    case $((RANDOM % 5)) in
        0) some_policy out src 10.1.0.0/24 dst 10.2.0.0/24 ;;
        1) some_policy in src 10.2.0.0/24 dst 10.1.0.0/24 ;;
        2) some_state ;;
        3) on moon ip xfrm policy flush ;;
        4) on moon ip xfrm state flush ;;
    esac
}
is_whole() {
    [[ $(policies | wc -l) -eq 3 && $(on moon ip xfrm state | grep -c '^src') -eq 2 ]] && pings alice 10.2.0.10 1
}

gateways
start_pair "$1"
expect up moon net
expect_tunnel
RANDOM=${SEED:-7}
strikes=0 until=$((SECONDS + $2))
while [[ $SECONDS -lt $until ]]; do
    strike
    strikes=$((strikes + 1))
    sleep 0.$((RANDOM % 9 + 1))
done
tell "$strikes strikes"
[[ $strikes -ge $(($2 / 2)) ]] || fail "that was no storm"
eventually 10 is_whole || fail "the kernel has not what is wanted: $(policies; on moon ip xfrm state)"
stop moon
expect_empty_kernel moon
pass
