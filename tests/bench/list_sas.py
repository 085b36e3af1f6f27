"""list_sas.py vici|api SOCKET COUNT: lists every SA over that socket, as a program does that wants to know all of them; fails
if there are fewer IKE SAs. What comes is read and counted, and not kept."""
import json
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lab/lib"))
import vici  # noqa: E402


def by_vici(path):
    client = vici.Client(path)
    client.register("list-sa")
    client.send(vici.REQUEST, "list-sas")
    count = 0
    while client.receive()[0] == vici.EVENT:
        count += 1
    return count


def by_api(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        pages = connection.makefile("rwb")
        count, params = 0, {"limit": 1000}
        while True:
            request = {"jsonrpc": "2.0", "id": 1, "method": "sa.list", "params": params}
            pages.write(json.dumps(request).encode() + b"\n")
            pages.flush()
            page = json.loads(pages.readline())["result"]
            count += len(page["items"])
            if not page["next_cursor"]:
                return count
            params["cursor"] = page["next_cursor"]


count = (by_vici if sys.argv[1] == "vici" else by_api)(sys.argv[2])
sys.exit(0 if count >= int(sys.argv[3]) else f"{count} IKE SAs")
