"""Calls a function so often at an interval with oslo.service or Twisted.

Prints how much later, in microseconds, the last tenth was than the first beside its plan, and how
late all but one of a hundred were; with --cpu, microseconds of CPU a call, the first tenth left out.
Exits with 3 where it is not installed.
"""
import argparse
import statistics
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--cpu", action="store_true")
parser.add_argument("who")
parser.add_argument("interval", type=float)
parser.add_argument("calls", type=int)
given = parser.parse_args()
calls, interval = given.calls, given.interval
late = []
origin = None
cpu = 0


def tick():
    global origin, cpu
    now = time.monotonic()
    if len(late) == calls // 10:
        cpu = time.process_time()
    if origin is None:
        origin = now
    late.append(1e6 * (now - origin - interval * len(late)))
    return len(late) == calls


def with_oslo():
    from oslo_service import loopingcall

    def body():
        if tick():
            raise loopingcall.LoopingCallDone()

    loopingcall.FixedIntervalLoopingCall(body).start(interval=interval).wait()


def with_twisted():
    from twisted.internet import reactor, task

    def body():
        if tick() and reactor.running:
            reactor.stop()

    task.LoopingCall(body).start(interval)
    reactor.run()


try:
    {"oslo.service": with_oslo, "Twisted": with_twisted}[given.who]()
except ImportError:
    sys.exit(3)
cpu = time.process_time() - cpu
tenth = calls // 10
if given.cpu:
    print(1e6 * cpu / (calls - tenth))
else:
    print(statistics.median(late[-tenth:]) - statistics.median(late[:tenth]),
          sorted(late)[calls * 99 // 100])
