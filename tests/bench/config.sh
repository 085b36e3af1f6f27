# scripts/bench config: what it takes to load many connections. Sourced by scripts/bench, which sets project and json.
# shellcheck shell=bash

# bench_config N...
bench_config() {
    local work
    work=$(mktemp -d)
    # shellcheck disable=SC2064  # now
    trap "rm -rf '$work'" EXIT
    "$project/build/release/tests/bench/bench_config" "$@" >"$work/rows.json"
    "$project/scripts/lab" --build "$project/build/release" --memory 3G --out "$work/lab" --timeout 3600 \
        "$project/tests/bench/config_lab.sh" "$@" >"$work/lab.log" 2>&1 ||
        { tail -n 20 "$work/lab.log" >&2 && die "the lab's part failed"; }
    python3 -c '
import json, sys
figures = {}
for name in sys.argv[2:]:
    for line in open(name):
        figures.update(json.loads(line))
if sys.argv[1] == "yes":
    print(json.dumps(figures))
else:
    for name, value in figures.items():
        print("%-36s %10.3f" % (name, value))' "$json" "$work/rows.json" "$work/lab/rows.json"
}
