"""Runs /bin/true so many times with asyncio, in a process that holds so many megabytes.

Prints the mean time to start it and the mean time to its result, in seconds.
"""
import asyncio
import sys
import time

megabytes, runs = int(sys.argv[1]), int(sys.argv[2])
memory = bytearray(b"x" * (1 << 20)) * megabytes


async def main():
    launch = total = 0.0
    for _ in range(runs):
        begun = time.perf_counter()
        child = await asyncio.create_subprocess_exec(
            "/bin/true", stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        launch += time.perf_counter() - begun
        await child.communicate()
        total += time.perf_counter() - begun
    print(launch / runs, total / runs)


asyncio.run(main())
