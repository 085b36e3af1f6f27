# SAs with their policies in the lab's kernel, three ways. Arguments: how many tunnels, each a number. Leaves rows.json.
# shellcheck shell=bash

# The guest's memory is a file of the host's, and slow where it is used for the first time: use what the tmpfs gives once.
available=$(awk '/^MemAvailable:/ { print int($2 * 0.9 / 1024) }' /proc/meminfo)
dd if=/dev/zero of="$TMPDIR/everything" bs=1M count="$available" status=none || :
rm -f "$TMPDIR/everything"

# Each in a process of its own: what the one before has left in the heap slows nobody down.
for tunnels in "$@"; do
    for peers in sequential random; do
        "$lab_build/tests/bench/bench_kernel" --folder "$TMPDIR" --peers "$peers" --n "$tunnels" >>"$out/rows.json" ||
            fail "no figures for $tunnels tunnels"
    done
done
tell "$(<"$out/rows.json")"
pass
