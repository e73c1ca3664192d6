# A peer: Python's multiprocessing. An empty function is called in another process; one call in nanoseconds per line.
#   peers.py pool N       in a process that is there already (Pool.apply), after some calls to warm up
#   peers.py process N    in a new process for each call (start method "spawn", as a worker of ours is a new program)
import multiprocessing
import sys
import time


def nothing():
    return 1


def timed(call, count):
    for _ in range(count):
        start = time.monotonic_ns()
        call()
        print(time.monotonic_ns() - start)


def process():
    child = multiprocessing.Process(target=nothing)
    child.start()
    child.join()


if __name__ == "__main__":
    way, count = sys.argv[1], int(sys.argv[2])
    multiprocessing.set_start_method("spawn")
    if way == "pool":
        with multiprocessing.Pool(1) as pool:
            for _ in range(500):
                pool.apply(nothing)
            timed(lambda: pool.apply(nothing), count)
    else:
        timed(process, count)
