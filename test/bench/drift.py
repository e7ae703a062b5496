"""Calls a function so often at an interval with oslo.service or Twisted.

Prints how much later, in microseconds, the last tenth was than the first beside its plan, and how
late all but one of a hundred were. Exits with 3 where it is not installed.
"""
import statistics
import sys
import time

who, interval, calls = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
late = []
origin = None


def tick():
    global origin
    now = time.monotonic()
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
    {"oslo.service": with_oslo, "Twisted": with_twisted}[who]()
except ImportError:
    sys.exit(3)
tenth = len(late) // 10
print(statistics.median(late[-tenth:]) - statistics.median(late[:tenth]),
      sorted(late)[len(late) * 99 // 100])
