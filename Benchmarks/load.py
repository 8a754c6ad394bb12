"""What Portero is measured by: wrk, pgbench with the same statements, the raw rate of the password hash."""

import crypt
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

from premises import COST, HERE, PASSWORD

CLIENTS = 16


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def wrk(server, script, *arguments, seconds, clients=CLIENTS, threads=2):
    """Requests a second, and the median and the 99th percentile of their times in ms."""
    output = subprocess.run(
        [
            "wrk", f"-t{threads}", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s", "--latency",
            "-s", os.path.join(HERE, script), f"http://{server.address}", "--", *map(str, arguments),
        ],
        check=True, capture_output=True, text=True,
    ).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output) or re.search(r"Socket errors: (.*)", output)
    if bad:
        print(f"\n{script}: {bad.group(0)}", file=sys.stderr)
    quantile = {q: milliseconds(re.search(rf"^ +{q}% +(\S+)", output, re.M).group(1)) for q in (50, 99)}
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)), quantile[50], quantile[99]


def pgbench(url, script, seconds, **variables):
    """As wrk, of the statements alone."""
    with tempfile.TemporaryDirectory() as directory:
        output = subprocess.run(
            [
                "pgbench", "-n", "-M", "prepared", f"-c{CLIENTS}", "-j2", f"-T{seconds}", "-l",
                "--sampling-rate=0.1", f"--log-prefix={directory}/log", "-f", os.path.join(HERE, script),
                *[f"-D{name}={value}" for name, value in variables.items()], url,
            ],
            check=True, capture_output=True, text=True,
        ).stdout
        latencies = []
        for name in os.listdir(directory):
            with open(os.path.join(directory, name)) as lines:
                latencies += [int(line.split()[2]) / 1000 for line in lines]
    latencies.sort()
    rate = float(re.search(r"tps = ([\d.]+)", output).group(1))
    return rate, latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]


def hash_for(seconds):
    warnings.simplefilter("ignore")
    salt = crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=2**COST)
    count, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        crypt.crypt(PASSWORD, salt)
        count += 1
    return count / (time.monotonic() - started)


def raw_hashes(seconds):
    with multiprocessing.Pool() as pool:
        return sum(pool.map(hash_for, [seconds] * os.cpu_count(), chunksize=1))


def times(server, path, access_token, count):
    """The status, the body, and the median and 99th percentile in ms of requests one after the other."""
    connection, taken = server.connection(), []
    for _ in range(count):
        started = time.monotonic()
        connection.request("GET", path, headers={"Authorization": f"Bearer {access_token}"})
        answer = connection.getresponse()
        body = answer.read()
        taken.append((time.monotonic() - started) * 1000)
        if answer.status != 200:
            break
    taken.sort()
    return answer.status, body, statistics.median(taken), taken[len(taken) * 99 // 100]


class Rates:
    """The three figures of a place beside their limits, a tuple a round."""

    ASKED = {"me": 0.70, "refresh": 0.60, "login": 0.95}

    def __init__(self, place, seconds):
        self.place, self.seconds = place, seconds
        self.own = {name: [] for name in self.ASKED}
        self.limit = {name: [] for name in self.ASKED}

    def measure(self, number, tell):
        place, size, seconds = self.place, self.place.size, self.seconds
        tell("me")
        self.limit["me"].append(pgbench(
            place.url, "me.pgbench", seconds, readers=size.readers, stride=size.step * size.stride,
            organizations=size.organizations,
        ))
        self.own["me"].append(wrk(place.server, "me.lua", place.access_tokens, seconds=seconds))
        tell("refresh")
        place.renew(f"r{number}")
        self.limit["refresh"].append(
            pgbench(place.url, "refresh.pgbench", seconds, people=size.people, user=-1, generation=0)
        )
        place.renew(f"w{number}")
        self.own["refresh"].append(wrk(place.server, "refresh.lua", place.refresh_tokens, 2, seconds=seconds))
        tell("login")
        self.limit["login"].append((raw_hashes(seconds), 0, 0))
        self.own["login"].append(wrk(place.server, "login.lua", size.users, PASSWORD, seconds=seconds))

    def median(self, name, column, of_limit=False):
        return statistics.median(row[column] for row in (self.limit if of_limit else self.own)[name])

    def share(self, name):
        return statistics.median(a[0] / b[0] for a, b in zip(self.own[name], self.limit[name]))
