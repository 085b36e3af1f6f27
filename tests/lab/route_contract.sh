# What netlink/route/ promises, against this kernel: the contract that the memory network keeps as well, and what only
# Linux can show.
# shellcheck shell=bash

tests=$lab_build/tests/unit/route

"$tests/route_contract" >"$out/route_contract.log" 2>&1 || fail "the contract: $(tail -n 60 "$out/route_contract.log")"
tell "$(grep -E 'All tests passed|assertions' "$out/route_contract.log")"
pass
