# Rekeying the tunnel of lib/tunnel.sh, and what is there afterwards. moon runs xfrmd.
# shellcheck shell=bash

# start_sun WHO <<conf
start_sun() { start_peer "$1" sun; }

# can_rekey HOST: on demand; OpenIKED only does so by itself.
can_rekey() { [[ ${daemon_kind[$1]} != openiked ]]; }
# rekey HOST child|ike: now, on demand.
rekey() {
    "rekey_${daemon_kind[$1]}" "$1" "$2" >"/run/$1/rekey.log" 2>&1 || fail "$(<"/run/$1/rekey.log")"
}
rekey_xfrmd() { xfrmctl "$1" sa rekey gw "--$2"; }
rekey_strongswan() { if [[ $2 == child ]]; then swanctl "$1" --rekey --child net; else swanctl "$1" --rekey --ike gw; fi; }

# times_rekeyed child|ike: as moon's log tells.
times_rekeyed() {
    if [[ $1 == child ]]; then grep -c 'child SA .* rekeyed$' "$out/moon.log"; else grep -c 'IKE SA rekeyed' "$out/moon.log"; fi || :
}

# numbers: of the SAs that moon has, as operators know them.
numbers() { xfrmctl moon sa list --json | grep -o '"id": *"[^"]*"' | sort | tr -d '\n'; }
expect_numbers() {
    local now
    now=$(numbers)
    [[ $now == "$1" ]] || fail "the numbers were $1 and are $now"
}

# count_at HOST ike|child: how many stand, as that host tells.
count_at() { "count_${daemon_kind[$1]}" "$1" "$2" || :; }
count_xfrmd() {
    local state=established
    [[ $2 == ike ]] || state=installed
    xfrmctl "$1" sa list "--$2" | grep -c "$state"
}
count_strongswan() {
    local state=ESTABLISHED
    [[ $2 == ike ]] || state=INSTALLED
    swanctl "$1" --list-sas | grep -c "$state"
}
counts() { echo "sun $(count_at sun ike) and $(count_at sun child), moon $(count_at moon ike) and $(count_at moon child)"; }
is_one_of_each() { [[ $(counts) == 'sun 1 and 1, moon 1 and 1' ]]; }
# expect_one_of_each: both daemons have one IKE SA and one child.
expect_one_of_each() {
    eventually 6 is_one_of_each || fail "not one of each: $(counts)"
}

# expect_settled: the same, of moon alone where sun runs libreswan, which deletes what it has replaced a second later, and
# not at all where rekeyings have crossed.
settled() { if [[ ${daemon_kind[sun]} == libreswan ]]; then [[ $(counts) == *'moon 1 and 1' ]]; else is_one_of_each; fi; }
expect_settled() { eventually 10 settled || fail "not one of each: $(counts)"; }

spis_of() { ip -n "$1" xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort; }
are_newest_alone() {
    [[ $(spis_of moon | wc -l) -eq 2 && $(spis_of moon) == "$(spis_of sun)" ]]
}
# expect_only_newest_in_kernels: both have the same two SAs, at the latest when those that were replaced have retired.
expect_only_newest_in_kernels() {
    eventually 8 are_newest_alone || fail "kernels: $(spis_of moon) and $(spis_of sun)"
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
}
