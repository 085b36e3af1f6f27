"""Rows of bench_kernel, one JSON object a line, as one JSON document ("yes") or as tables ("no")."""

import json
import sys

GATE = 10000  # tunnels at which install_ratio is told

PHASES = ("install", "update", "renew", "list", "delete")


def install_ratio(rows):
    """The worst at the gate's size, or at the largest that was measured."""
    rows = [row for row in rows if row["kind"] == "sas"]
    at_gate = [row for row in rows if row["tunnels"] == GATE]
    return min(row["install_ratio"] for row in at_gate or [rows[-1]])


def rate(row, phase):
    figure = row.get(phase + "_per_s")
    return "%10.0f" % figure if figure else "%10s" % "-"


def show(row):
    what = "SAs" if row["kind"] == "sas" else "policies"
    print("\n%d tunnels, %s peers: %s/s" % (row["tunnels"], row["peers"], what), end="")
    print(" (policies/s when renewing)" if row["kind"] == "sas" else " (policies alone, this machine's kernel)")
    if row["tunnels"] < row["wanted"]:
        print("%d were wanted: there is no memory for more" % row["wanted"])
    if row["ip_tunnels"] < row["tunnels"]:
        print("ip does the first %d only" % row["ip_tunnels"])
    print("%-10s" % "" + "".join("%10s" % phase for phase in PHASES))
    for name in ("xfrmd", "raw", "ip"):
        print("%-10s" % name + "".join(rate(row[name], phase) for phase in PHASES))
    print("%-10s%10.2f" % ("ratio", row["install_ratio"]))
    print("heap for each tunnel: %.0f bytes (what malloc has given to the books, mallinfo2)" % row["heap_bytes_per_tunnel"])


rows = [json.loads(line) for line in sys.stdin if line.strip()]
if sys.argv[1] == "yes":
    print(json.dumps({"suites": rows, "install_ratio": install_ratio(rows)}))
else:
    print("xfrmd: Books and Installer over netlink; raw: the same messages made beforehand; ip: ip -batch")
    for row in rows:
        show(row)
    print("\ninstall_ratio %.2f (xfrmd to raw, the worse of both orders of peers)" % install_ratio(rows))
