#!/usr/bin/python3
"""A gRPC client that is not ours: calls a unary and a streaming method of a running agent over its socket."""
import queue
import sys

import agent_pb2 as a
import grpc

channel = grpc.insecure_channel("unix:" + sys.argv[1])
describe = channel.unary_unary("/streams.v1.Agent/Describe", a.DescribeRequest.SerializeToString, a.HostDescription.FromString)
attach = channel.stream_stream("/streams.v1.Agent/Attach", a.FromController.SerializeToString, a.FromAgent.FromString)
missing = channel.unary_unary("/streams.v1.Agent/Missing", a.DescribeRequest.SerializeToString, a.HostDescription.FromString)

description = describe(a.DescribeRequest(), timeout=20)
print("described", description.protocol, description.epoch)

try:
    missing(a.DescribeRequest(), timeout=20)
except grpc.RpcError as error:
    print("missing", error.code().name, error.details())

outgoing = queue.Queue()
session = attach(iter(outgoing.get, None), timeout=60)
outgoing.put(a.FromController(attach=a.AttachRun(protocol=1, run="a" * 32, token="b" * 32, connection=1, lease_ms=60000)))
print("attached", next(session).attached.epoch)
outgoing.put(a.FromController(start=a.StartRemoteWorker(worker="w1", stream="s", collection="c" * 32, host="h")))
event = next(session).event
print("ready", event.sequence, event.worker_ready.worker, event.worker_ready.error)
outgoing.put(a.FromController(acknowledge=a.Acknowledge(sequence=event.sequence)))
outgoing.put(a.FromController(goodbye=a.Goodbye()))
events = [message.WhichOneof("kind") for message in session]
print("ended", session.code().name)
