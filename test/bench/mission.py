#!/usr/bin/env python3
"""How often the step after a wait is refused beside udev, and how long each wait takes.

usage, as root: mission.py DISKWAIT [--cycles N] [--slow-cycles N] [--fuser-cycles N]
                           [--only VARIANT/STRATEGY]...

Each cycle makes two partitions on a loop device, lets writers close disks and partitions, waits by one
strategy, and then deletes the partitions 20 ms apart. The kernel refuses (EBUSY) to delete a partition that
udev has open. The systemd-udevd is the bench's own: two workers, and a rule that opens each device for 50 ms.

Variants:
  behind others   a writer closes three other disks, then our partitions; the wait begins up to 80 ms later
  at once         a writer closes our partitions, and the wait begins in the same instant
  never resting   writers close three other disks every 10 ms, from before the wait until after the step
"""
import argparse
import contextlib
import errno
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

UDEVD = "/lib/systemd/systemd-udevd"
RUN = "/run/udev"
RULE = """SUBSYSTEM=="block", KERNEL=="loop*", ACTION!="remove", \
PROGRAM="/bin/sh -c 'exec 3<$devnode; sleep 0.05'"
"""
SETTLE_LIMIT = 10  # seconds; beside disks that never rest it would wait for two minutes


def sh(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def touch(path):
    """Writes and closes, as the end of mkfs does."""
    fd = os.open(path, os.O_RDWR)
    os.pwrite(fd, b"x" * 4096, 1 << 18)
    os.close(fd)


class SlowUdevd:
    def __enter__(self):
        shutil.rmtree(RUN, ignore_errors=True)
        os.makedirs(RUN + "/rules.d")
        with open(RUN + "/rules.d/99-slow-probe.rules", "w") as rule:
            rule.write(RULE)
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(RUN, ignore_errors=True)

    def start(self):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        argv = [UDEVD, "--resolve-names=late", "--children-max=2"]
        self.process = subprocess.Popen(argv, start_new_session=True, **quiet)
        while not is_listened_to(RUN + "/control"):
            if self.process.poll() is not None:
                sys.exit("mission: systemd-udevd ended at once")
            time.sleep(0.01)
        sh("udevadm", "settle", "--timeout=5")

    def stop(self):
        """Ends its workers as well, which it does not wait for."""
        self.process.terminate()
        self.process.wait()
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.killpg(self.process.pid, signal.SIGKILL)
                time.sleep(0.01)

    def forget_events(self, disks):
        """Nothing is left of what is queued. The numbers of its watches would name other devices."""
        self.stop()
        shutil.rmtree(RUN + "/watch", ignore_errors=True)
        self.start()
        sh("udevadm", "trigger", "--action=change", *disks)
        sh("udevadm", "settle")


@contextlib.contextmanager
def disk(mib):
    with tempfile.NamedTemporaryFile(prefix="mission-") as image:
        image.truncate(mib << 20)
        path = sh("losetup", "-fP", "--show", image.name).stdout.strip()
        if not path.startswith("/dev/loop"):
            sys.exit("mission: no loop device: " + path)
        try:
            yield path
        finally:
            sh("losetup", "-d", path)


class Load:
    """Writers that close other disks all the time."""

    def __init__(self, disks):
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(one,)) for one in disks]

    def work(self, path):
        while not self.over.wait(0.01):
            touch(path)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(0.3)  # until the queue is never empty

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


STEP = "date +%s%N; for p in 1 2; do sleep 0.02; delpart {} $p; done"
FUSER_LOOP = "n=0; while fuser -s {}* && [ $n -lt 20 ]; do n=$((n+1)); sleep 1; done"


def strategies(diskwait):
    """Name: the wait, and whether it runs the step itself."""
    return {
        "nothing": (["true"], False),
        "`sleep 3`": (["sleep", "3"], False),
        "`udevadm settle`": (["udevadm", "settle", f"--timeout={SETTLE_LIMIT}"], False),
        "`udevadm lock`": (["udevadm", "lock", "--device={}"], True),
        "fuser loop": (["sh", "-c", FUSER_LOOP], False),
        "`diskwait`": ([diskwait, "-q", "{}"], False),
        "`diskwait --probe procfs`": ([diskwait, "-q", "--probe", "procfs", "{}"], False),
        "`diskwait --lock`": ([diskwait, "-q", "--lock", "{}", "--"], True),
        "`diskwait --lock --probe procfs`":
            ([diskwait, "-q", "--probe", "procfs", "--lock", "{}", "--"], True),
    }


def wait_and_step(path, wait, runs_step):
    """Seconds that the wait took, and what became of the step: "", "refused", "gone" or "not done"."""
    argv = [word.replace("{}", path) for word in wait]
    step = ["sh", "-c", STEP.replace("{}", path)]
    begun = time.time_ns()
    if runs_step:
        output = sh(*argv, *step).stdout
        ended = next((int(line) for line in output.split() if line.isdigit()), 0)
    else:
        waited = sh(*argv)
        ended = time.time_ns()
        output = waited.stdout + sh(*step).stdout
        if waited.returncode != 0 and "settle" not in argv:
            ended = 0
    if ended == 0:  # an honest strategy does not go on
        print(*argv, ":", output.strip(), file=sys.stderr)
        return (time.time_ns() - begun) / 1e9, "not done"
    return (ended - begun) / 1e9, what_became(output)


def what_became(output):
    """udev may read the table of partitions again, in which ours are not: they are gone then."""
    return "refused" if "busy" in output else "gone" if "failed" in output else ""


def cycle(variant, udevd, ours, others, wait, runs_step):
    for number, start in (("1", "2048"), ("2", "40960")):
        sh("addpart", ours, number, start, "32768")
    sh("udevadm", "settle")
    partitions = [ours + "p1", ours + "p2"]
    if variant == "never resting":
        with Load(others):
            for one in partitions:
                touch(one)
            time.sleep(random.random() * 0.08)
            result = wait_and_step(ours, wait, runs_step)
        udevd.forget_events([ours] + others)  # seconds of work, more after a longer wait
    else:
        for one in (others if variant == "behind others" else []) + partitions:
            touch(one)
        if variant != "at once":
            time.sleep(random.random() * 0.08)
        result = wait_and_step(ours, wait, runs_step)
    sh("udevadm", "settle")
    for number in ("1", "2"):
        sh("delpart", ours, number)
    sh("udevadm", "settle")
    return result


def row(variant, name, results):
    waits = [took for took, _ in results]
    refused = sum(step == "refused" for _, step in results)
    others = [(sum(step == one for _, step in results), one) for one in ("gone", "not done")]
    also = "".join(f", {number} {one}" for number, one in others if number)
    return (f"| {variant} | {name} | {refused} of {len(results)}{also} | {1000 * statistics.median(waits):.0f} ms | "
            f"{1000 * max(waits):.0f} ms |")


HEAD = """
| beside udev | wait | refused | median | worst |
|---|---|---|---|---|"""


def emit(line):
    print(line, flush=True)
    if table := os.environ.get("BENCH_TABLE"):
        with open(table, "a") as file:
            file.write(line + "\n")


def is_listened_to(path):
    """The socket of a udevd that was killed stays where it was."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        return client.connect_ex(path) in (0, errno.EPROTOTYPE)  # the latter: it speaks Varlink


def why_not():
    if os.geteuid() != 0:
        return "needs root"
    if not os.access(UDEVD, os.X_OK):
        return "needs systemd-udevd (Debian package udev)"
    if is_listened_to(RUN + "/control"):
        return "a udevd runs here already, and the bench needs one of its own"
    missing = [name for name in ("addpart", "delpart", "losetup", "fuser") if not shutil.which(name)]
    return "needs " + ", ".join(missing) if missing else ""


def cycles_of(name, variant, wanted):
    if name == "`sleep 3`" or (variant == "never resting" and "settle" in name):
        return wanted.slow_cycles
    return min(wanted.cycles, wanted.fuser_cycles) if name == "fuser loop" else wanted.cycles


def measure(variant, udevd, ours, others, wanted):
    """Results of each strategy. They take turns, so that all meet the machine as it is."""
    chosen = {
        name: strategy for name, strategy in strategies(wanted.diskwait).items()
        if not wanted.only or f"{variant}/{name.replace('`', '')}" in wanted.only
    }
    results = {name: [] for name in chosen}
    for turn in range(wanted.cycles):
        for name, (wait, runs_step) in chosen.items():
            if turn < cycles_of(name, variant, wanted):
                results[name].append(cycle(variant, udevd, ours, others, wait, runs_step))
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("diskwait")
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--slow-cycles", type=int, default=20)
    parser.add_argument("--fuser-cycles", type=int, default=40, help="a second each")
    parser.add_argument("--only", action="append", default=[])
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # udevd ends with us
    if reason := why_not():
        emit(f"\nmission: skipped: {reason}")
        return 0
    emit(HEAD)
    with SlowUdevd() as udevd, contextlib.ExitStack() as stack:
        ours = stack.enter_context(disk(64))
        others = [stack.enter_context(disk(8)) for _ in range(3)]
        for variant in ("behind others", "at once", "never resting"):
            for name, results in measure(variant, udevd, ours, others, wanted).items():
                emit(row(variant, name, results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
