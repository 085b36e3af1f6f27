# SAs with their policies in the lab's kernel, three ways. Arguments: how many tunnels, each a number. Leaves rows.json.
# shellcheck shell=bash

"$lab_build/tests/bench/bench_kernel" --folder "$TMPDIR" --n "$@" >"$out/rows.json" || fail "no figures"
tell "$(<"$out/rows.json")"
pass
