# Rekeying the tunnel of lib/tunnel.sh, and what is there afterwards. moon runs xfrmd.
# shellcheck shell=bash

# start_sun WHO <<conf
start_sun() {
    if [[ $1 == xfrmd ]]; then start_xfrmd sun; else start_strongswan sun "$1"; fi
}

# rekey HOST child|ike: now, on demand.
rekey() {
    local what
    case ${daemon_kind[$1]} in
        xfrmd) xfrmctl "$1" sa rekey gw "--$2" >"/run/$1/rekey.log" || fail "$(<"/run/$1/rekey.log")" ;;
        strongswan)
            if [[ $2 == child ]]; then what=net; else what=gw; fi
            swanctl "$1" --rekey "--$2" "$what" >"/run/$1/rekey.log" || fail "$(<"/run/$1/rekey.log")"
            ;;
    esac
}

# times_rekeyed child|ike: as moon's log tells.
times_rekeyed() {
    if [[ $1 == child ]]; then grep -c ' rekeyed$' "$out/moon.log"; else grep -c 'IKE SA rekeyed' "$out/moon.log"; fi || :
}

# numbers: of the SAs that moon has, as operators know them.
numbers() { xfrmctl moon sa list --json | grep -o '"id": *"[^"]*"' | sort | tr -d '\n'; }
expect_numbers() {
    local now
    now=$(numbers)
    [[ $now == "$1" ]] || fail "the numbers were $1 and are $now"
}

# count_at HOST ike|child: how many stand, as that host tells.
count_at() {
    local state=established
    [[ $2 == ike ]] || state=installed
    if [[ ${daemon_kind[$1]} == xfrmd ]]; then
        xfrmctl "$1" sa list "--$2" | grep -c "$state"
    else
        swanctl "$1" --list-sas | grep -c "${state^^}"
    fi || :
}
counts() { echo "sun $(count_at sun ike) and $(count_at sun child), moon $(count_at moon ike) and $(count_at moon child)"; }
is_one_of_each() { [[ $(counts) == 'sun 1 and 1, moon 1 and 1' ]]; }
# expect_one_of_each: both daemons have one IKE SA and one child.
expect_one_of_each() {
    eventually 6 is_one_of_each || fail "not one of each: $(counts)"
}

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
