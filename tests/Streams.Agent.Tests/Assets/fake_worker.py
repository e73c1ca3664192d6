#!/usr/bin/python3
"""A worker that does what a test says, the wrong things included. Speaks worker.proto; started in the place of dotnet."""
import os
import socket
import struct
import sys
import threading
import time

import worker_pb2 as w

token = sys.stdin.readline().strip()
path, worker = sys.argv[-2:]
channel = socket.socket(socket.AF_UNIX)
channel.connect(path)
cancelled = threading.Event()
written = 0


def send(**kind):
    data = w.FromWorker(**kind).SerializeToString()
    channel.sendall(struct.pack("<i", len(data)) + data)


def receive_exactly(count):
    data = b""
    while len(data) < count:
        part = channel.recv(count - len(data))
        if not part:
            os._exit(0)
        data += part
    return data


def receive():
    message = w.ToWorker()
    message.ParseFromString(receive_exactly(struct.unpack("<i", receive_exactly(4))[0]))
    return message


def put(text):
    global written
    os.write(1, text.encode())
    written += len(text.encode())


def run(spec):
    ordinal = spec.id.ordinal
    verb, _, rest = spec.command.shell.partition(":")
    send(started=w.BlockStarted(ordinal=ordinal, output_offset=written))
    outcome, reason, message = w.OUTCOME_PASS, w.REASON_FINAL_MESSAGE, ""
    if verb == "print":
        put(rest)
    elif verb == "log":
        for number in range(int(rest)):
            send(log=w.BlockLog(ordinal=ordinal, unix_us=1, level=2, text="line %d" % number))
    elif verb == "exit":
        put("last words\n")
        os._exit(int(rest))
    elif verb == "wait":
        put("waiting\n")
        cancelled.wait()
        cancelled.clear()
        outcome, reason, message = w.OUTCOME_CANCEL, w.REASON_CANCELLED, "asked to stop"
    elif verb == "hang":
        put("hanging\n")
        time.sleep(3600)
    elif verb == "append":  # the ground truth outside everything: how often did it run?
        with open(rest, "a") as file:
            file.write("ran\n")
    elif verb == "count":  # count:LINES:SECONDS:FILE; the truth is on disk before the line is printed
        lines, seconds, path = rest.split(":", 2)
        with open(path, "a") as truth:
            for first in range(0, int(lines), 100):
                text = "".join("%d\n" % number for number in range(first, min(first + 100, int(lines))))
                truth.write(text)
                truth.flush()
                os.fsync(truth.fileno())
                put(text)
                time.sleep(float(seconds) * 100 / int(lines))
    elif verb == "tick":  # tick:FILE; writes the time there until it is ended
        put("ticking\n")
        while True:
            with open(rest, "a") as truth:
                truth.write("%.3f\n" % time.time())
            time.sleep(0.02)
    elif verb == "flood":  # flood:LINES:FILE; logs of 1,000 bytes each, then says in the file that it is through
        lines, path = rest.split(":", 1)
        for number in range(int(lines)):
            send(log=w.BlockLog(ordinal=ordinal, unix_us=1, level=2, text=("%d " % number).ljust(1000, "x")))
        with open(path, "w") as truth:
            truth.write("through")
    elif verb == "sync":
        sync = socket.socket(socket.AF_UNIX)
        sync.connect(spec.sync.address.removeprefix("unix:"))
        sync.sendall(rest.encode() + b"\n")
        sync.shutdown(socket.SHUT_WR)
        answer = b""
        while part := sync.recv(65536):
            answer += part
        message = "%d bytes, %s" % (len(answer), answer[:20].decode())
    elif verb == "files":
        data = os.path.join(spec.directory, "data")
        os.makedirs(os.path.join(data, "sub"))
        with open(os.path.join(data, "plain.txt"), "w") as file:
            file.write("hello")
        with open(os.path.join(data, "sub", "empty"), "w"):
            pass
        with open(os.path.join(os.fsencode(data), b"bytes-\xff"), "wb") as file:
            file.write(b"x" * 200000)
        os.symlink("/etc/passwd", os.path.join(data, "link"))
        os.mkfifo(os.path.join(data, "fifo"))
    send(finished=w.BlockFinished(ordinal=ordinal, outcome=outcome, reason=reason, message=message, output_offset=written, elapsed_us=1000))


send(hello=w.Hello(protocol=1, token=token, worker=worker, pid=os.getpid()))
while True:
    order = receive()
    kind = order.WhichOneof("kind")
    if kind == "run":
        threading.Thread(target=run, args=(order.run.spec,), daemon=True).start()
    elif kind == "cancel":
        cancelled.set()
    elif kind == "shutdown":
        sys.exit(0)
