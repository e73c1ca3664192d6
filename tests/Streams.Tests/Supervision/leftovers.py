"""A worker that leaves processes behind: python3 leftovers.py KIND PIDFILE (stay|exit).

Reads its first line as a real worker does, leaves what KIND names, writes the leftovers' ids to PIDFILE, prints "left"
and then stays until it is ended, or exits."""
import ctypes
import os
import signal
import sys
import time

kind, pid_file, then = sys.argv[1:4]
if os.environ.get("STREAMS_ADOPT") == "1":
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # as WorkerStartup does
sys.stdin.readline()


def note():
    with open(pid_file, "a") as file:
        file.write(f"{os.getpid()}\n")


def linger():
    time.sleep(120)
    os._exit(0)


def fork_into(function):
    if os.fork() == 0:
        function()
        os._exit(0)


def daemon(last):
    def first():
        os.setsid()
        fork_into(last)
    fork_into(first)
    os.wait()


def plain():
    note()
    linger()


def new_session():
    os.setsid()
    plain()


def closed():
    note()
    os.closerange(0, 64)
    linger()


def cleared():
    note()
    os.execve("/bin/sleep", ["sleep", "120"], {})


def moved():
    """As root: out of its cgroup, and with an empty environment. It stays a descendant."""
    for root in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
        if os.path.exists(root + "/cgroup.procs"):
            with open(root + "/cgroup.procs", "w") as file:
                file.write(str(os.getpid()))
            break
    cleared()


def renamed():
    ctypes.CDLL(None).prctl(15, b"kworker/0:1", 0, 0, 0)
    note()
    linger()


def stubborn():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    note()
    linger()


def hydra(heads=12):
    """Two that watch each other: whichever dies, its parent or child forks again. Bounded."""
    os.setsid()
    note()
    while heads > 0:
        heads -= 1
        child = os.fork()
        if child == 0:
            note()
            parent = os.getppid()
            while os.getppid() == parent:
                time.sleep(0.001)
            continue
        os.waitpid(child, 0)
    linger()


kinds = {
    "plain": lambda: fork_into(plain),
    "session": lambda: fork_into(new_session),
    "double-fork": lambda: daemon(plain),
    "closed": lambda: daemon(closed),
    "cleared": lambda: daemon(cleared),
    "moved": lambda: daemon(moved),
    "renamed": lambda: daemon(renamed),
    "stubborn": lambda: fork_into(stubborn),
    "hydra": lambda: daemon(hydra),
}
kinds[kind]()
expected = 2 if kind == "hydra" else 1
while True:
    try:
        with open(pid_file) as file:
            if len(file.readlines()) >= expected:
                break
    except FileNotFoundError:
        pass
    time.sleep(0.002)
print("left", flush=True)
if then == "stay":
    linger()
