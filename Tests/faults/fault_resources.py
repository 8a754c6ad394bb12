"""What a process needs runs out: descriptors, and somebody who reads its log. G65, K91 of security.md."""

import asyncio
import os
import socket
import threading
import time

from support.case import case
from support.client import Client
from support.ledger import Ledger
from support.server import ready
from support.traffic import READS_AND_REFRESHES, Traffic


@case(seconds=40)
def a_server_without_descriptors_waits_for_some(stage):
    asyncio.run(run_out_of_descriptors(stage, limit=128, count=200))


async def run_out_of_descriptors(stage, limit, count):
    server = stage.server(descriptors=limit)
    people, ledger = stage.database.people(4), Ledger()
    async with Traffic(server, people, ledger, READS_AND_REFRESHES):
        await asyncio.sleep(0.5)
    crowd = [socket.create_connection(server.address, timeout=5) for _ in range(count)]
    await asyncio.sleep(0.5)
    open_descriptors = server.open_descriptors
    stage.expect(open_descriptors >= limit - 2, f"only {open_descriptors} descriptors are open: the case is blunt")
    spent, began = server.processor_seconds, time.monotonic()
    await asyncio.sleep(2)
    spent = server.processor_seconds - spent
    stage.require(server.is_running, "the server ended")
    stage.expect(spent < 0.5, f"it spun: {spent:.2f} s of processor time in {time.monotonic() - began:.1f} s")
    # Without a descriptor to spare the database cannot be reached again either: that must pass, too.
    for backend in stage.database.backends():
        stage.database.execute(f"SELECT pg_terminate_backend({backend})")
    await asyncio.sleep(1)
    for client in crowd:
        client.close()
    freed = time.monotonic()
    client = Client(server)
    while True:
        answer = await client.ask("GET", "/auth/me", token=people[0].access)
        if answer.status == 200 or time.monotonic() > freed + 10:
            break
        await asyncio.sleep(0.02)
    client.close()
    back = time.monotonic() - freed
    stage.expect(back < 3, f"it served again after {back:.1f} s: {answer.text}")
    async with Traffic(server, people, ledger, READS_AND_REFRESHES) as traffic:
        await asyncio.sleep(0.5)
    traffic.report(stage)
    stage.books(ledger)
    stage.note(
        f"{count} connections for {limit} descriptors: {open_descriptors} open, {spent:.2f} s of processor time in 2 s, "
        f"serves again {back * 1000:.0f} ms after they are gone"
    )


@case(seconds=30)
def a_log_that_nobody_reads_stops_nothing(stage):
    asyncio.run(block_the_log(stage))


async def block_the_log(stage):
    reading, writing = os.pipe()
    server, ledger = stage.server(output=writing), Ledger()
    os.close(writing)
    head = await_ready(server, reading)
    people = stage.database.people(8)
    async with Traffic(server, people, ledger, READS_AND_REFRESHES) as traffic:
        while len(traffic.answers) < 6000 and traffic.answers[-1:] != [] or not traffic.answers:
            await asyncio.sleep(0.1)
            if server.processor_seconds > 20:
                break
    traffic.report(stage)
    resident = server.resident
    # Somebody reads again: the lines that had to be dropped are counted.
    text = bytearray(head)
    reader = threading.Thread(target=read_all, args=[reading, text], daemon=True)
    reader.start()
    async with Traffic(server, people, ledger, READS_AND_REFRESHES) as traffic:
        await asyncio.sleep(1)
    traffic.report(stage)
    stage.expect(b"log lines dropped" in text, "no line says how many were dropped")
    stage.expect(resident < 150, f"the server took {resident:.0f} MiB")
    stage.books(ledger)
    server.terminate()
    await asyncio.to_thread(server.process.wait, 20)
    reader.join(5)
    stage.note(f"{ledger.count} refreshes served with a full pipe or after it, {resident:.0f} MiB")


@case(seconds=30)
def a_log_that_nobody_can_read_any_more_stops_nothing(stage):
    asyncio.run(close_the_log(stage))


async def close_the_log(stage):
    reading, writing = os.pipe()
    server, ledger = stage.server(output=writing), Ledger()
    os.close(writing)
    await_ready(server, reading)
    os.close(reading)
    async with Traffic(server, stage.database.people(8), ledger, READS_AND_REFRESHES) as traffic:
        await asyncio.sleep(2)
    traffic.report(stage)
    stage.books(ledger)
    stage.note(f"{len(traffic.answers)} requests served after the reader had gone")


def await_ready(server, reading):
    """Reads a pipe until the ready line, and gives the server its address; answers what was read."""
    head = b""
    while not ready(head):
        piece = os.read(reading, 4096)
        if not piece:
            raise RuntimeError(f"portero did not start: {head}")
        head += piece
    server.address = ready(head)
    return head


def read_all(descriptor, text):
    while piece := os.read(descriptor, 65536):
        text += piece
