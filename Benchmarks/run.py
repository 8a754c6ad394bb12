"""Measures Portero beside its limits: pgbench with the same statements, and the raw rate of the password hash.

Run by `make bench`, which provides TEST_DATABASE_URL (a durable cluster of its own). Everything talks over loopback
and unix sockets; each measurement has an end. Prints two tables: the figures of one size, and those of a small and of a
large one beside each other. Says on standard error what it does meanwhile.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time

import lists
from load import CLIENTS, Rates, times, wrk
from premises import HERE, PASSWORD, PROGRAM, SECRET, Place, Server, Size, say, sql

MEMBERS = 10_000
PAGE = 20


def rounds_of(options):
    return f"{options.rounds} round{'s' if options.rounds > 1 else ''} of {options.seconds} s"


def starts(place, count=7):
    """Medians of the time to the first answer in ms, and of the memory then."""
    taken, idle = [], []
    for _ in range(count):
        server = Server(place.url, place.directory)
        taken.append(server.start * 1000)
        idle.append(server.memory("VmRSS"))
        server.stop()
    return statistics.median(taken), statistics.median(idle)


def measure_figures(cluster, directory, options):
    place = Place(cluster, directory, "bench", Size(options.organizations, options.users))
    start, idle = starts(place)
    try:
        place.open()
        rates = Rates(place, options.seconds)
        for number in range(1, options.rounds + 1):
            rates.measure(number, lambda what: say(f"round {number} of {options.rounds}: {what} …"))
        say("me, while logins saturate the hash pool …")
        login = ("login.lua", place.size.users, PASSWORD)
        storm = threading.Thread(target=wrk, args=(place.server, *login), kwargs={"seconds": options.seconds + 2})
        storm.start()
        time.sleep(1)
        stormed = wrk(place.server, "me.lua", place.access_tokens, seconds=options.seconds, clients=4, threads=1)
        storm.join()
        loaded = place.server.memory("VmRSS")
    finally:
        place.close()
    say("")
    print(f"{place.size}, {CLIENTS} clients, {rounds_of(options)}, "
          f"{os.cpu_count()} cores shared with PostgreSQL and the load\n")
    print(f"{'':10}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'limit':>10}{'p50 ms':>9}{'p99 ms':>9}{'share':>8}{'asked':>8}")
    for name, asked in Rates.ASKED.items():
        own = f"{rates.median(name, 0):10,.1f}{rates.median(name, 1):9.2f}{rates.median(name, 2):9.2f}"
        quantiles = "".join(f"{rates.median(name, column, of_limit=True):9.2f}" for column in (1, 2))
        print(f"{name:10}{own}{rates.median(name, 0, of_limit=True):10,.1f}{quantiles if name != 'login' else ' ' * 18}"
              f"{rates.share(name):8.2f}{asked:8.2f}")
    print()
    for name, value, unit, asked in (
        ("me during a login storm, p99", stormed[2], "ms", 20),
        ("resident memory, idle", idle, "MiB", 40),
        ("resident memory, loaded", loaded, "MiB", 80),
        ("start to first answer", start, "ms", 60),
    ):
        print(f"{name:34}{value:8.1f} {unit:4}{'asked: at most ' + str(asked):>22}")


def measure_scale(cluster, directory, options):
    places = []
    try:
        for number, size in enumerate(options.sizes):
            places.append(Place(cluster, directory, f"scale{number}", size))
            places[-1].open()
        figures = [Rates(place, options.seconds) for place in places]
        for number in range(1, options.rounds + 1):
            for rates in figures:
                rates.measure(
                    number, lambda what: say(f"round {number} of {options.rounds}, {rates.place.size}: {what} …")
                )
        say("member lists …")
        lists = [(place, member_lists(place, options.requests)) for place in places if place.size.members]
    finally:
        for place in places:
            place.close()
    say("")
    print(f"scale: requests a second and their share of the limit, {rounds_of(options)}, "
          "taken in turns\n")
    print(f"{'organizations':>13}{'users':>11}" + "".join(f"{name:>11}{'share':>7}" for name in Rates.ASKED))
    for rates in figures:
        print(f"{rates.place.size.organizations:13,}{rates.place.size.users:11,}" + "".join(
            f"{rates.median(name, 0):11,.1f}{rates.share(name):7.2f}" for name in Rates.ASKED
        ))
    for place, rows in lists:
        print(f"\nmember list of {place.size.members:,} among {place.size}, {PAGE} a page, one request after the other\n")
        if isinstance(rows, str):
            print(rows)
            continue
        print(f"{'':28}{'p50 ms':>9}{'p99 ms':>9}{'asked':>9}")
        for name, middle, tail in rows:
            print(f"{name:28}{middle:9.2f}{tail:9.2f}{'20 ms':>9}")


def member_lists(place, requests):
    """A row for each page and search: what it is, its median, its 99th percentile; or why there is none."""
    size, rows = place.size, []
    path = "/organizations/00000000-0000-7000-8003-100000000000/members"
    last = -(-size.members // PAGE)
    for name, query, expected in (
        ("first page", f"page=1&limit={PAGE}", size.members),
        ("middle page", f"page={max(1, last // 2)}&limit={PAGE}", size.members),
        ("last page", f"page={last}&limit={PAGE}", size.members),
        ("search, one found", f"search=bench-{size.admin - 1}@&limit={PAGE}", 1),
        ("search, all found", f"search=persona&limit={PAGE}", size.members),
        ("search, none found", f"search=nobody-at-all&limit={PAGE}", 0),
    ):
        status, body, middle, tail = times(place.server, f"{path}?{query}", place.admin_token, requests)
        if status != 200:
            return f"GET /organizations/{{id}}/members answers {status}: there is nothing to measure"
        total = json.loads(body)["total"]
        if total != expected:
            return f"GET /organizations/{{id}}/members?{query} finds {total:,}, not {expected:,}: nothing is measured"
        rows.append((name, middle, tail))
    return rows


def size_of(text):
    organizations, users = (int(number) for number in text.split(":"))
    return Size(organizations, users, min(MEMBERS, users // 10))


def measure_logs(cluster, directory):
    """Fills a database with five million rows of one organization's audit trail, and has psql time what is asked of them."""
    url = cluster.replace("/postgres?", "/bench_logs?")
    sql(cluster, "-c", "CREATE DATABASE bench_logs")
    subprocess.run(
        [PROGRAM, "migrate"], check=True, stdout=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url, "PORTERO_SECRET": SECRET, "PORTERO_DATA_DIR": directory},
    )
    say("filling the audit trail …")
    sql(url, "-v", "rows=5000000", "-f", os.path.join(HERE, "logs.sql"))
    say("asking …")
    rounds = [asked_of_logs(url) for _ in range(5)]
    say("")
    print("questions to 5,000,000 rows of one organization's audit trail: the median of five, in ms\n")
    for name in rounds[0]:
        times = sorted(each[name] for each in rounds)
        limit = 50 if name.startswith("first page") else 1000 if name == "report of 30 days" else None
        print(f"{name:40}{times[len(times) // 2]:10.1f}" + (f"{limit:10} asked" if limit else ""))


def asked_of_logs(url):
    """How many milliseconds psql saw each question of logs-questions.sql take, by its name."""
    output = subprocess.run(
        ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url, "-f", os.path.join(HERE, "logs-questions.sql")],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout
    times = {}
    for line in output.splitlines():
        if found := re.match(r"Time: ([\d.]+) ms", line):
            times[name] = max(times.get(name, 0.0), float(found[1]))
        elif line.startswith("? "):
            name = line[2:]
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round of the first table only")
    parser.add_argument("--logs", action="store_true", help="questions to five million rows of the audit trail, only")
    parser.add_argument("--lists", type=int, nargs="?", const=100_000, metavar="PEOPLE",
                        help="the lists of the usuarios surface only (%(const)s people)")
    parser.add_argument("--scale", action="store_true", help="the second table only")
    parser.add_argument("--rounds", type=int, help="how often (3; in the second table 2)")
    parser.add_argument("--seconds", type=int, help="how long each measurement takes (8; in the second table 6)")
    parser.add_argument("--users", type=int, default=100_000, help="of the first table (%(default)s)")
    parser.add_argument("--organizations", type=int, default=1_000, help="of the first table (%(default)s)")
    parser.add_argument("--requests", type=int, default=300, help="for each figure of a member list (%(default)s)")
    parser.add_argument(
        "--sizes", type=size_of, nargs="+", metavar="ORGANIZATIONS:USERS", help="of the second table",
        default=[size_of("10:1000"), size_of("10000:1000000")],
    )
    options = parser.parse_args()
    cluster = os.environ["TEST_DATABASE_URL"]
    rounds, seconds = options.rounds, options.seconds
    if options.logs:
        with tempfile.TemporaryDirectory() as directory:
            return measure_logs(cluster, directory)
    if options.lists:
        with tempfile.TemporaryDirectory() as directory:
            return lists.measure(cluster, directory, options.lists)
    with tempfile.TemporaryDirectory() as directory:
        if not options.scale:
            options.rounds, options.seconds = rounds or (1 if options.quick else 3), seconds or 8
            measure_figures(cluster, directory, options)
        if not options.scale and not options.quick:
            print()
        if not options.quick:
            options.rounds, options.seconds = rounds or 2, seconds or 6
            measure_scale(cluster, directory, options)


if __name__ == "__main__":
    main()
