"""A client of the Streams sync server in the standard library alone.

    python3 syncclient.py barrier NAME COUNT [SECONDS]
    python3 syncclient.py put KEY VALUE | get KEY [SECONDS]

STREAMS_SYNC is the address (tcp:HOST:PORT or unix:PATH), STREAMS_SYNC_TOKEN the token,
STREAMS_SYNC_PARTY the name of this party.
"""
import os
import socket
import sys
import uuid
from urllib.parse import quote, unquote


class SyncError(Exception):
    """The server refused, or the barrier broke; the message is the server's."""


class Client:
    def __init__(self, address, party, token=None):
        kind, _, place = address.partition(":")
        if kind == "unix":
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(place)
        else:
            host, _, port = place.rpartition(":")
            self._socket = socket.create_connection((host, int(port)))
        self._file = self._socket.makefile("rwb")
        self._send("HELLO 1 %s%s" % (word(party), " token=" + token if token else ""))
        if not self._line().startswith("STREAMS-SYNC 1 "):
            raise SyncError("not a sync server")
        self._expect("OK")

    def barrier(self, name, count, timeout=600):
        """Waits until count parties are there."""
        self._send("ENTER %s %d %g %s" % (word(name), count, timeout, uuid.uuid4().hex))
        self._expect("GO")

    def put(self, key, value):
        """Sets a value (bytes) once."""
        self._send("PUT %s %d" % (word(key), len(value)), value)
        self._expect("OK")

    def get(self, key, timeout=600):
        """Waits for a value."""
        self._send("GET %s %g %s" % (word(key), timeout, uuid.uuid4().hex))
        length = int(self._expect("VALUE")[3])
        return self._file.read(length + 1)[:-1]

    def close(self):
        self._send("BYE")
        self._expect("OK")
        self._socket.close()

    def _send(self, line, payload=None):
        self._file.write(line.encode("ascii") + b"\n" + (payload + b"\n" if payload is not None else b""))
        self._file.flush()

    def _line(self):
        line = self._file.readline()
        if not line:
            raise SyncError("the server closed the connection")
        return line.decode("ascii").rstrip("\r\n")

    def _expect(self, wanted):
        while True:
            words = self._line().split(" ")
            if words[0] == wanted:
                return words
            if words[0] == "PING":
                self._send("PONG " + words[1])
            elif words[0] in ("BAD", "BROKEN", "NONE"):
                raise SyncError(unquote(" ".join(words)))


def word(text):
    return quote(text, safe="!\"#$&'()*+-./:;<>?@[\\]^_`{|}~")


def main(arguments):
    client = Client(os.environ["STREAMS_SYNC"], os.environ.get("STREAMS_SYNC_PARTY", "py%d" % os.getpid()), os.environ.get("STREAMS_SYNC_TOKEN"))
    if arguments[0] == "barrier":
        client.barrier(arguments[1], int(arguments[2]), float(arguments[3]) if len(arguments) > 3 else 600)
    elif arguments[0] == "put":
        client.put(arguments[1], arguments[2].encode())
    else:
        print(client.get(arguments[1], float(arguments[2]) if len(arguments) > 2 else 600).decode())
    client.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SyncError as error:
        sys.exit(str(error))
