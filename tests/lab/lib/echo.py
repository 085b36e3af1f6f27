#!/usr/bin/env python3
"""Ports that answer, and the question whether one does.

echo.py serve PROTOCOL/PORT...      tcp/80 udp/1000; says "listening"
echo.py ask ADDRESS PROTOCOL/PORT   exit status 0 if an answer comes within a second
"""
import selectors
import socket
import sys

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def open_port(text, address=None):
    protocol, port = text.split("/")
    one = socket.socket(socket.AF_INET, KINDS[protocol])
    one.settimeout(1)
    if address is None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("", int(port)))
    else:
        one.connect((address, int(port)))
    return one


def answer(one):
    try:
        if one.type == socket.SOCK_STREAM:
            with one.accept()[0] as caller:
                caller.settimeout(1)
                caller.sendall(caller.recv(16))
        else:
            data, sender = one.recvfrom(16)
            one.sendto(data, sender)
    except OSError:
        pass  # the caller has gone


def serve(ports):
    waiting = selectors.DefaultSelector()
    for text in ports:
        one = open_port(text)
        if one.type == socket.SOCK_STREAM:
            one.listen()
        waiting.register(one, selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in waiting.select():
            answer(key.fileobj)


def ask(address, port):
    try:
        with open_port(port, address) as one:
            one.sendall(b"there?")
            return one.recv(16) == b"there?"
    except OSError:
        return False


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2:])
    sys.exit(0 if ask(*sys.argv[2:]) else 1)
