# scripts/bench kernel: SAs with policies in the lab's kernel, and policies alone in this machine's own, in a network
# namespace. Sourced by scripts/bench, which sets project and json.
# shellcheck shell=bash

# A hundred thousand tunnels, twice, want 4 GiB of a guest; on a small machine there are fewer.
guest_memory() { awk '/^MemAvailable:/ { print ($2 > 8000000 ? "4G" : $2 > 5000000 ? "3G" : "1G") }' /proc/meminfo; }

# bench_kernel [TUNNELS...]
bench_kernel() {
    local -a tunnels=("$@")
    [[ $# -gt 0 ]] || tunnels=(1000 10000 100000)
    local program=$project/build/release/tests/bench/bench_kernel
    kernel_work=$(mktemp -d)
    trap 'rm -rf "$kernel_work"' EXIT
    say 'measuring SAs with policies in the lab'
    "$project/scripts/lab" --build "$project/build/release" --out "$kernel_work/lab" --timeout 1800 \
        --memory "$(guest_memory)" \
        "$project/tests/bench/kernel_lab.sh" "${tunnels[@]}" >"$kernel_work/lab.log" 2>&1 ||
        { tail -n 20 "$kernel_work/lab.log" >&2 && die "the lab's part failed"; }
    cp "$kernel_work/lab/rows.json" "$kernel_work/rows"
    say "measuring policies alone in this machine's kernel"
    "$program" --policies-alone --folder "$kernel_work" --n "${tunnels[-1]}" >>"$kernel_work/rows" ||
        die "the part with policies alone failed"
    python3 "$project/tests/bench/kernel_table.py" "$json" <"$kernel_work/rows"
}
