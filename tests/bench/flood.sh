# scripts/bench flood: the lab's part, and a table of what it found. Sourced by scripts/bench, which sets project and json.
# shellcheck shell=bash

bench_flood() {
    local work
    work=$(mktemp -d)
    # shellcheck disable=SC2064  # now
    trap "rm -rf '$work'" EXIT
    # The sender has a processor of its own.
    "$project/scripts/lab" --build "$project/build/release" --cpus 2 --out "$work/lab" --timeout 500 \
        "$project/tests/bench/flood_lab.sh" >"$work/lab.log" 2>&1 ||
        { tail -n 20 "$work/lab.log" >&2 && die "the lab's part failed"; }
    if [[ $json == yes ]]; then
        printf '{"floods": [%s]}\n' "$(paste -sd, "$work/lab/rows.json")"
        return
    fi
    python3 -c '
import json, sys
head = "%-8s %14s %10s %8s %9s %10s %7s %12s %12s"
print(head % ("daemon", "flood/s", "within 3 s", "10 s", "median ms", "p99 ms", "CPU s", "peak KiB", "rekeyings"))
for line in sys.stdin:
    r = json.loads(line)
    if "memory_after_kib" in r:
        print("%-8s %d KiB half a minute later" % (r["daemon"], r["memory_after_kib"]))
        continue
    print(head % (r["daemon"], "%d (%d %%)" % (r["flood_per_s"], r["part_of_sendable"]),
          "%d of %d" % (r["within_3s"], r["handshakes"]), r["within_10s"], r["median_ms"], r["p99_ms"],
          r["cpu_ms"] / 1000, "%+d" % (r["memory_peak_kib"] - r["memory_before_kib"]),
          "%d, %d late" % (r["rekeyings"], r["late_rekeyings"])))' <"$work/lab/rows.json"
}
