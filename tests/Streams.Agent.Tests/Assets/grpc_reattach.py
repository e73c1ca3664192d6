#!/usr/bin/python3
"""A gRPC client that is not ours: loses its session in the middle of a block, joins the agent again, and misses nothing."""
import queue
import sys

import agent_pb2 as a
import grpc
import worker_pb2 as w


def attach(connection, last, agent_time):
    channel = grpc.insecure_channel("unix:" + sys.argv[1], options=[("grpc.use_local_subchannel_pool", 1)])
    call = channel.stream_stream("/streams.v1.Agent/Attach", a.FromController.SerializeToString, a.FromAgent.FromString)
    outgoing = queue.Queue()
    session = call(iter(outgoing.get, None), timeout=60)
    outgoing.put(a.FromController(attach=a.AttachRun(
        protocol=1, run="a" * 32, token="b" * 32, connection=connection, last_sequence=last, lease_ms=60000, agent_time_ms=agent_time)))
    return channel, outgoing, session, next(session).attached


def events(session, outgoing):
    for message in session:
        if message.HasField("heartbeat"):
            outgoing.put(a.FromController(renew=a.Renew(agent_time_ms=message.heartbeat.agent_time_ms)))
        elif message.HasField("event"):
            yield message.event


lines, sequences = [], []
channel, outgoing, session, first = attach(1, 0, 0)
outgoing.put(a.FromController(start=a.StartRemoteWorker(worker="w1", stream="s", collection="c" * 32, host="h")))
spec = w.BlockSpec(
    id=w.BlockId(run="a" * 32, collection="c" * 32, stream="s", ordinal=1), name="1-Test", grace_ms=1000, command=w.CommandLine(shell="log:5000"))
for event in events(session, outgoing):
    sequences.append(event.sequence)
    if event.HasField("worker_ready"):
        outgoing.put(a.FromController(submit=a.SubmitBlock(worker="w1", spec=spec, digest=b"d")))
    if event.from_worker.HasField("log"):
        lines.append(event.from_worker.log.text)
        if len(lines) == 10:
            break
channel.close()  # without a word

channel, outgoing, session, second = attach(2, sequences[-1], first.agent_time_ms)
print("attached again", second.epoch == first.epoch, second.first_sequence == sequences[-1] + 1)
for event in events(session, outgoing):
    sequences.append(event.sequence)
    if event.from_worker.HasField("log"):
        lines.append(event.from_worker.log.text)
    if event.HasField("ended"):
        break
print("lines", lines == ["line %d" % number for number in range(5000)])
print("sequences", sequences == list(range(1, len(sequences) + 1)))
outgoing.put(a.FromController(goodbye=a.Goodbye()))
print("ended", [message.WhichOneof("kind") for message in session if message.HasField("event") and message.event.HasField("ended")], session.code().name)
