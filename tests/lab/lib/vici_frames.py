#!/usr/bin/env python3
"""What a server of vici does with packets and messages that are none, and with several at a time.

vici_frames.py SOCKET   a line for each: what came back, and whether the connection still serves
"""
import socket
import struct
import sys
import time

from vici import EVENT, LARGEST, REGISTER, REQUEST, UNREGISTER, Reader, Client, encode


def packet(kind, name=None, message=b""):
    named = b"" if name is None else bytes([len(name)]) + name.encode()
    payload = bytes([kind]) + named + message
    return struct.pack(">I", len(payload)) + payload


def request(message):
    return packet(REQUEST, "list-sas", message)


VERSION = packet(REQUEST, "version")
CASES = [
    ("a command that nobody knows", packet(REQUEST, "no-such-command")),
    ("a command without a name", packet(REQUEST, "")),
    ("an event that nobody knows", packet(REGISTER, "no-such-event")),
    ("an event registered twice, unregistered three times", packet(REGISTER, "log") * 2 + packet(UNREGISTER, "log") * 3),
    ("an event unregistered that was not registered", packet(UNREGISTER, "list-sa")),
    ("a packet of no octets", struct.pack(">I", 0)),
    ("a request that ends before its name", packet(REQUEST)),
    ("a name that is longer than its packet", struct.pack(">I", 5) + b"\0\x20ver"),
    *((f"a packet of type {kind}", packet(kind)) for kind in (1, 2, 5, 6, 8, 255)),
    ("an event that the client sends", packet(EVENT, "log")),
    ("the longest packet, of zeros", struct.pack(">I", LARGEST) + bytes(LARGEST)),
    ("a packet that is too long", struct.pack(">I", LARGEST + 1)),
    ("a packet of four gigabytes", b"\xff\xff\xff\xff"),
    ("a packet in three pieces", [VERSION[:2], VERSION[2:7], VERSION[7:]]),
    ("an element of type 0", request(b"\0")),
    ("an element of type 9", request(b"\x09")),
    ("a section that ends and never began", request(b"\x02")),
    ("a section that never ends", request(b"\x01\x01a")),
    ("a key without a value", request(b"\x03\x03ike")),
    ("a value that is longer than its message", request(b"\x03\x03ike\xff\xff")),
    ("an item outside of any list", request(b"\x05\0\x01a")),
    ("a list in a list", request(b"\x04\x01a\x04\x01b\x06\x06")),
    ("a key in a list", request(b"\x04\x01a\x03\x01b\0\0\x06")),
    ("a connection that ends too early", packet(REQUEST, "load-conn", b"\x01\x02gw\x03\x03ike\xff\xff")),
    ("arguments that nobody knows", request(encode({"nonsense": "a", "section": {"x": "y"}, "list": ["q"]}))),
    ("two requests at once", VERSION + packet(REQUEST, "get-conns")),
    ("a request before the last one was answered", packet(REQUEST, "initiate", encode({"child": "nope"})) + VERSION),
]


def types_of(data):
    """The types of the packets in it."""
    reader = Reader(data)
    while reader.at < len(data):
        yield str(reader.take(reader.number(4))[0])


def answers(one, seconds):
    """The bytes that come until nothing more does, and whether the connection has been closed."""
    data = b""
    one.settimeout(seconds)
    try:
        while more := one.recv(65536):
            data += more
            one.settimeout(0.1)
        return data, True
    except (TimeoutError, socket.timeout):
        return data, False
    except ConnectionError:
        return data, True


def outcome(path, pieces):
    client = Client(path)
    for piece in pieces if isinstance(pieces, list) else [pieces]:
        client.socket.sendall(piece)
        time.sleep(0.05)
    data, closed = answers(client.socket, 0.4)
    text = " ".join(types_of(data)) or "nothing"
    if closed:
        return text + ", closed"
    client.socket.sendall(VERSION)
    data, closed = answers(client.socket, 3)
    return text + (", serves on" if list(types_of(data)) == ["1"] else ", serves no more")


if __name__ == "__main__":
    for title, pieces in CASES:
        print(f"{title}: {outcome(sys.argv[1], pieces)}", flush=True)
