#!/usr/bin/env python3
"""A client of vici, with nothing but the standard library.

vici.py SOCKET call COMMAND [KEY=VALUE...]           one request; shows the response, element by element
vici.py SOCKET stream COMMAND EVENT [KEY=VALUE...]   the same, with the events that come before the response
vici.py SOCKET listen SECONDS EVENT...               events as they come, until the time is over
vici.py SOCKET follow FILE EVENT...                  events into a file, until it is told to end (SIGTERM)

A.B=VALUE is a key in a section, KEY+=VALUE one more item of a list, KEY=@FILE what a file holds. Status: 0; 1 if the
response says success=no; 2 if the command or an event is unknown; 4 if nobody answers.
"""
import signal
import socket
import struct
import sys
import time

REQUEST, RESPONSE, UNKNOWN_COMMAND, REGISTER, UNREGISTER, CONFIRM, UNKNOWN_EVENT, EVENT = range(8)
SECTION_START, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END = range(1, 7)
LARGEST = 512 * 1024
NAMED = (REQUEST, REGISTER, UNREGISTER, EVENT)


class Unknown(Exception):
    """The server does not know that command or event."""


def text_of(data):
    return data.decode("utf-8", "backslashreplace")


def encode(message):
    """Sections are dicts, lists are lists, values are str or bytes; their order is kept."""
    out = b""
    for name, value in message.items():
        named = bytes([len(name.encode())]) + name.encode()
        if isinstance(value, dict):
            out += bytes([SECTION_START]) + named + encode(value) + bytes([SECTION_END])
        elif isinstance(value, (list, tuple)):
            items = b"".join(bytes([LIST_ITEM]) + sized(item) for item in value)
            out += bytes([LIST_START]) + named + items + bytes([LIST_END])
        else:
            out += bytes([KEY_VALUE]) + named + sized(value)
    return out


def sized(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return struct.pack(">H", len(data)) + data


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("the message ends in the middle of an element")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def elements(self):
        """(type, name, value) of each element, in the order of the wire."""
        while self.at < len(self.data):
            kind = self.number(1)
            if not SECTION_START <= kind <= LIST_END:
                raise ValueError(f"there is no element of type {kind}")
            name = text_of(self.take(self.number(1))) if kind in (SECTION_START, KEY_VALUE, LIST_START) else None
            value = self.take(self.number(2)) if kind in (KEY_VALUE, LIST_ITEM) else None
            yield kind, name, value


def decode(data):
    """The message as nested dicts and lists of bytes; refuses what is not well-formed."""
    path = [{}]
    for kind, name, value in Reader(data).elements():
        here = path[-1]
        if isinstance(here, list) != (kind in (LIST_ITEM, LIST_END)):
            raise ValueError(f"an element of type {kind} in the wrong place")
        if name is not None and name in here:
            raise ValueError(f"{name} stands there twice")
        if kind == KEY_VALUE:
            here[name] = value
        elif kind == LIST_ITEM:
            here.append(value)
        elif kind in (SECTION_START, LIST_START):
            here[name] = {} if kind == SECTION_START else []
            path.append(here[name])
        else:
            path.pop()
            if not path:
                raise ValueError("a section ends that never began")
    if len(path) != 1:
        raise ValueError("a section or list never ends")
    return path[0]


def shown(message, indent=""):
    """One line an element. A list is a line of its own, so that an empty one can be seen."""
    for name, value in message.items():
        if isinstance(value, dict):
            yield f"{indent}{name} {{"
            yield from shown(value, indent + "  ")
            yield f"{indent}}}"
        elif isinstance(value, list):
            yield f"{indent}{name} = [{', '.join(one_line(item) for item in value)}]"
        else:
            yield f"{indent}{name} = {one_line(value)}"


def one_line(value):
    if len(value) > 300 or any(byte < 32 or byte > 126 for byte in value):
        return f"<{len(value)} octets, {value[:8].hex()}...>"
    return text_of(value)


class Client:
    """One connection; one command at a time. Events that come in between are kept in `events`."""

    def __init__(self, path, timeout=30):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.events = []

    def send(self, kind, name="", message=b""):
        named = bytes([len(name)]) + name.encode() if kind in NAMED else b""
        payload = bytes([kind]) + named + message
        self.socket.sendall(struct.pack(">I", len(payload)) + payload)

    def octets(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the server has closed the connection")
            data += more
        return data

    def receive(self):
        """(type, name, bytes of the message) of the next packet."""
        length = struct.unpack(">I", self.octets(4))[0]
        if not 1 <= length <= LARGEST:
            raise ValueError(f"a packet of {length} octets")
        reader = Reader(self.octets(length))
        kind = reader.number(1)
        name = text_of(reader.take(reader.number(1))) if kind in NAMED else ""
        return kind, name, reader.take(length - reader.at)

    def answer(self):
        """The next packet that is no event."""
        while True:
            kind, name, data = self.receive()
            if kind != EVENT:
                return kind, data
            self.events.append((name, decode(data)))

    def next_event(self, seconds):
        """The next event, or None after that time."""
        if not self.events:
            before = self.socket.gettimeout()
            self.socket.settimeout(max(seconds, 0.001))
            try:
                _, name, data = self.receive()
                self.events.append((name, decode(data)))
            except (TimeoutError, socket.timeout):
                return None
            finally:
                self.socket.settimeout(before)
        return self.events.pop(0)

    def request(self, command, message=None):
        self.send(REQUEST, command, encode(message or {}))
        kind, data = self.answer()
        if kind != RESPONSE:
            raise Unknown(command)
        return decode(data)

    def register(self, event, kind=REGISTER):
        self.send(kind, event)
        if self.answer()[0] != CONFIRM:
            raise Unknown(event)

    def unregister(self, event):
        self.register(event, UNREGISTER)

    def stream(self, command, event, message=None):
        """(messages of the event, response)"""
        self.register(event)
        response = self.request(command, message)
        told = [data for name, data in self.events if name == event]
        self.events = [one for one in self.events if one[0] != event]
        self.unregister(event)
        return told, response


def from_words(words):
    message = {}
    for word in words:
        name, value = word.split("=", 1)
        value = open(value[1:], "rb").read() if value.startswith("@") else value.encode()
        several, name = name.endswith("+"), name.rstrip("+")
        here = message
        *sections, name = name.split(".")
        for section in sections:
            here = here.setdefault(section, {})
        if several:
            here.setdefault(name, []).append(value)
        else:
            here[name] = value
    return message


def show(title, message, out=sys.stdout):
    print(f"{title} {{", *shown(message, "  "), "}", sep="\n", file=out, flush=True)


def follow(client, out, names, until):
    for name in names:
        client.register(name)
    while time.monotonic() < until:
        event = client.next_event(until - time.monotonic())
        if event:
            show(*event, out=out)


def main(path, verb, *words):
    client = Client(path, 60)
    if verb == "call":
        response = client.request(words[0], from_words(words[1:]))
    elif verb == "stream":
        told, response = client.stream(words[0], words[1], from_words(words[2:]))
        for message in told:
            show(words[1], message)
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        out = open(words[0], "w", encoding="utf-8") if verb == "follow" else sys.stdout
        follow(client, out, words[1:], time.monotonic() + (3600 if verb == "follow" else float(words[0])))
        return 0
    show("response", response)
    return 1 if response.get("success") == b"no" else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Unknown as unknown:
        print(f"unknown: {unknown}")
        sys.exit(2)
    except OSError as error:
        print(f"no answer: {error}")
        sys.exit(4)
