# What netlink/ promises, against this kernel: first the contract that the memory kernel keeps as well, then packets
# through tunnels with fixed keys, so that what was installed is also what was meant.
# shellcheck shell=bash

tests=$lab_build/tests/unit/netlink

"$tests/kernel_contract" >"$out/kernel_contract.log" 2>&1 || fail "the contract: $(tail -n 40 "$out/kernel_contract.log")"
tell "$(grep -E 'All tests passed|assertions' "$out/kernel_contract.log")"

gateways
# The hosts' IPv6 addresses have to be usable, or moon complains about alice in the clear.
expect_ping moon fd01::10
expect_ping sun fd02::10

# ends MOON SUN MODE WORD... -- SELECTOR=SELECTOR...: both ends of a tunnel between the gateways, selectors as moon has them.
ends() {
    local moon=$1 sun=$2 mode=$3 pair
    local -a words=() there=() back=()
    shift 3
    while [[ $1 != -- ]]; do words+=("$1") && shift; done
    shift
    there=("$@")
    for pair in "$@"; do back+=("${pair#*=}=${pair%=*}"); done
    tell "$mode ${words[*]} $moon === $sun: ${there[*]}"
    end_on moon "$moon" "$sun" left "$mode" "${words[@]}" "${there[@]}"
    end_on sun "$sun" "$moon" right "$mode" "${words[@]}" "${back[@]}"
}

end_on() {
    rm -f "/run/$1/end.log"
    # "exec": it has to be the tunnel_end itself that is killed later.
    exec nsenter --net="/run/netns/$1" -- "$tests/tunnel_end" "${@:2}" >"/run/$1/end.log" 2>&1 &
    holders+=($!)
    eventually 5 grep -qs installed "/run/$1/end.log" || fail "tunnel_end on $1: $(<"/run/$1/end.log")"
}

holders=()
flush() {
    local name holder
    for name in moon sun; do ip -n "$name" xfrm state flush && ip -n "$name" xfrm policy flush; done
    for holder in "${holders[@]}"; do kill "$holder" 2>/dev/null || :; done
    wait "${holders[@]}" 2>/dev/null || :
    holders=()
}

# expect_used HOST COUNT: so many SAs of the host have carried packets.
expect_used() {
    local used
    used=$(ip -n "$1" -s xfrm state | grep -cE '^[[:space:]]+[1-9][0-9]*\(bytes\), [1-9]' || :)
    [[ $used -eq $2 ]] || fail "$used SAs of $1 carried packets, not $2: $(ip -n "$1" -s xfrm state)"
}

nets4=10.1.0.0/24=10.2.0.0/24 nets6=fd01::/64=fd02::/64

ends 192.0.2.1 192.0.2.2 tunnel -- $nets4 $nets6
expect_ping alice 10.2.0.10
expect_ping bob fd01::10
expect_used moon 2 && expect_used sun 2
flush

ends 2001:db8::1 2001:db8::2 tunnel esn -- $nets4 $nets6
expect_ping alice 10.2.0.10
expect_ping bob fd01::10
expect_used moon 2 && expect_used sun 2
flush

ends 192.0.2.1 192.0.2.2 tunnel encap -- $nets4
expect_ping alice 10.2.0.10
expect_used moon 2 && expect_used sun 2
flush

ends 2001:db8::1 2001:db8::2 tunnel encap -- $nets4 $nets6
expect_ping alice 10.2.0.10
expect_ping bob fd01::10
expect_used moon 2 && expect_used sun 2
flush

ends 192.0.2.1 192.0.2.2 transport -- 192.0.2.1/32=192.0.2.2/32
expect_ping moon 192.0.2.2
expect_used moon 2 && expect_used sun 2
flush

# A mapping changed: moon sends from another port than sun was told.
on sun "$tests/kernel_events" >"$out/kernel_events.log" 2>&1 &
events=$!
eventually 5 grep -qs listening "$out/kernel_events.log" || fail "kernel_events: $(<"$out/kernel_events.log")"
end_on moon 192.0.2.1 192.0.2.2 left tunnel moved $nets4
end_on sun 192.0.2.2 192.0.2.1 right tunnel encap 10.2.0.0/24=10.1.0.0/24
expect_ping alice 10.2.0.10
eventually 5 grep -qsF 'mapping 192.0.2.2 spi 0xc0000002 from 192.0.2.1[4501]' "$out/kernel_events.log" ||
    fail "no mapping: $(<"$out/kernel_events.log")"
kill "$events" && flush

# Neighbour discovery has to get through as well: its answers go from host to host, into the tunnel.
for mode in transport tunnel; do
    ends 2001:db8::1 2001:db8::2 "$mode" esn -- 2001:db8::1/128=2001:db8::2/128
    ip -n moon neigh flush all && ip -n sun neigh flush all
    expect_ping sun 2001:db8::1
    expect_used moon 2 && expect_used sun 2
    flush
done

expect_no_clear
expect_empty_kernel moon sun
pass
