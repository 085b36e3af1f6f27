"""Clients of a socket as nobody wants them, several of each kind at once, for so many seconds."""
import collections
import socket
import sys
import threading
import time

AT_ONCE = 2  # of each kind

cut_off = collections.Counter()


def connect(path):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.settimeout(2)
    one.connect(path)
    return one


def again_and_again(kind, path, until):
    while time.monotonic() < until:
        try:
            with connect(path) as one:
                kind(one)
        except OSError:
            cut_off[kind.__name__] += 1
            time.sleep(0.01)


def main(kinds):
    """SOCKET SECONDS on the command line; says how often each kind was cut off or refused."""
    until = time.monotonic() + float(sys.argv[2])
    threads = [threading.Thread(target=again_and_again, args=(kind, sys.argv[1], until)) for kind in kinds for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(dict(cut_off))
