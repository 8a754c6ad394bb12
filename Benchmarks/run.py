"""Measures Portero beside its limits: pgbench with the same statements, and the raw rate of the password hash.

Run by `make bench`, which provides PORTERO_TEST_DATABASE_URL (a durable cluster of its own). Everything talks over loopback
and unix sockets; each measurement has an end. Prints one table, and a line for what it does meanwhile.
"""

import base64
import crypt
import hashlib
import http.client
import json
import multiprocessing
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", ".build", "release", "portero")
USERS = int(os.environ.get("BENCH_USERS", "100000"))
ORGANIZATIONS = int(os.environ.get("BENCH_ORGANIZATIONS", "1000"))
READERS = min(USERS, 20_000)
SECONDS = int(os.environ.get("BENCH_SECONDS", "8"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
COST = 10
SECRET = secrets.token_urlsafe(32)
PASSWORD = "Cripta-Sombra-42"
CLIENTS = 16


def say(text):
    print(f"\r\033[K{text}" if sys.stderr.isatty() else text, end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def sql(url, *arguments):
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", url, *arguments], check=True, stdout=subprocess.DEVNULL)


def token(round_name, user):
    seed = hashlib.sha256(f"bench {round_name} {user}".encode()).digest()
    return base64.urlsafe_b64encode(seed).rstrip(b"=").decode()


class Server:
    """portero serve, with its limits per address off: all the load comes from one."""

    def __init__(self, url, directory):
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url,
            "PORTERO_DATA_DIR": directory,
            "PORTERO_SECRET": SECRET,
            "PORTERO_LISTEN": "127.0.0.1:0",
            "PORTERO_LISTEN_USUARIOS": "off",
            "PORTERO_METRICS": "off",
            "PORTERO_BCRYPT_COST": str(COST),
            "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE": "0",
            "PORTERO_LOG_FORMAT": "text",
        }
        self.log = open(os.path.join(directory, "log"), "w+b")
        started = time.monotonic()
        self.process = subprocess.Popen([PROGRAM, "serve"], env=environment, stdout=self.log, stderr=self.log)
        self.address = None
        while self.address is None:
            self.log.seek(0)
            found = re.search(rb"portero ready.*?(127\.0\.0\.1:\d+)", self.log.read())
            if found:
                self.address = found.group(1).decode()
            elif self.process.poll() is not None:
                self.log.seek(0)
                sys.exit("portero did not start:\n" + self.log.read().decode())
            else:
                time.sleep(0.001)
        status, _ = self.get("/readyz")
        self.start = time.monotonic() - started
        assert status == 200, status

    def connection(self):
        return http.client.HTTPConnection(self.address, timeout=30)

    def get(self, path):
        connection = self.connection()
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.log.close()


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def wrk(server, script, *arguments, seconds=SECONDS, clients=CLIENTS, threads=2):
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


def pgbench(url, script, **variables):
    with tempfile.TemporaryDirectory() as directory:
        output = subprocess.run(
            [
                "pgbench", "-n", "-M", "prepared", f"-c{CLIENTS}", "-j2", f"-T{SECONDS}", "-l",
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


def raw_hashes():
    with multiprocessing.Pool() as pool:
        return sum(pool.map(hash_for, [SECONDS] * os.cpu_count(), chunksize=1))


def access_tokens(server, path):
    """Access tokens of the first READERS people, by their refresh tokens of round `setup`."""
    connection = server.connection()
    with open(path, "w") as file:
        for user in range(1, READERS + 1):
            connection.request(
                "POST", "/auth/refresh", json.dumps({"refresh_token": token("setup", user)}),
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            file.write(json.loads(body)["access_token"] + "\n")


def refresh_round(url, name, path):
    sql(url, "-v", f"users={USERS}", "-v", f"round={name}", "-f", os.path.join(HERE, "tokens.sql"))
    with open(path, "w") as file:
        file.writelines(token(name, user) + "\n" for user in range(1, USERS + 1))


def median(rounds, column):
    return statistics.median(row[column] for row in rounds)


def starts(url, directory, count=7):
    times, idle = [], []
    for _ in range(count):
        server = Server(url, directory)
        times.append(server.start * 1000)
        idle.append(server.resident())
        server.stop()
    return statistics.median(times), statistics.median(idle)


def main():
    warnings.simplefilter("ignore")
    cluster = os.environ["PORTERO_TEST_DATABASE_URL"]
    url = cluster.replace("/postgres?", "/bench?")
    with tempfile.TemporaryDirectory() as directory:
        say("migrating and filling the database …")
        sql(cluster, "-c", "CREATE DATABASE bench")
        subprocess.run(
            [PROGRAM, "migrate"], check=True, stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": url, "PORTERO_SECRET": SECRET, "PORTERO_DATA_DIR": directory},
        )
        hashed = crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=2**COST))
        sql(
            url, "-v", f"users={USERS}", "-v", f"organizations={ORGANIZATIONS}", "-v", f"hash={hashed}",
            "-f", os.path.join(HERE, "fill.sql"),
        )
        start, idle = starts(url, directory)
        server = Server(url, directory)
        try:
            tokens, refreshable = os.path.join(directory, "access"), os.path.join(directory, "refresh")
            refresh_round(url, "setup", refreshable)
            say("collecting access tokens …")
            access_tokens(server, tokens)
            rows = {name: [] for name in ("me", "me limit", "refresh", "refresh limit", "login", "login limit")}
            for number in range(1, ROUNDS + 1):
                say(f"round {number} of {ROUNDS}: me …")
                rows["me limit"].append(pgbench(url, "me.pgbench", users=READERS, organizations=ORGANIZATIONS))
                rows["me"].append(wrk(server, "me.lua", tokens))
                say(f"round {number} of {ROUNDS}: refresh …")
                refresh_round(url, f"r{number}", refreshable)
                rows["refresh limit"].append(pgbench(url, "refresh.pgbench", users=USERS, user=-1, generation=0))
                refresh_round(url, f"w{number}", refreshable)
                rows["refresh"].append(wrk(server, "refresh.lua", refreshable, 2))
                say(f"round {number} of {ROUNDS}: login …")
                rows["login limit"].append((raw_hashes(), 0, 0))
                rows["login"].append(wrk(server, "login.lua", USERS, PASSWORD))
            say("me, while logins saturate the hash pool …")
            storm = threading.Thread(target=wrk, args=(server, "login.lua", USERS, PASSWORD))
            storm.start()
            time.sleep(1)
            stormed = wrk(server, "me.lua", tokens, seconds=SECONDS - 2, clients=4, threads=1)
            storm.join()
            loaded, peak = server.resident(), server.peak()
        finally:
            server.stop()
    say("")
    report(rows, stormed, idle, loaded, peak, start)


def report(rows, stormed, idle, loaded, peak, start):
    def ratio(name):
        return statistics.median(a[0] / b[0] for a, b in zip(rows[name], rows[f"{name} limit"]))

    print(f"{USERS:,} people, {ORGANIZATIONS:,} organizations, {CLIENTS} clients, {ROUNDS} rounds of {SECONDS} s, "
          f"{os.cpu_count()} cores shared with PostgreSQL and the load\n")
    print(f"{'':10}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'limit':>10}{'p50 ms':>9}{'p99 ms':>9}{'share':>8}{'asked':>8}")
    for name, asked in (("me", 0.70), ("refresh", 0.60), ("login", 0.95)):
        own, limit = rows[name], rows[f"{name} limit"]
        quantiles = [f"{median(limit, 1):9.2f}", f"{median(limit, 2):9.2f}"] if name != "login" else [" " * 9] * 2
        print(f"{name:10}{median(own, 0):10,.1f}{median(own, 1):9.2f}{median(own, 2):9.2f}{median(limit, 0):10,.1f}"
              f"{quantiles[0]}{quantiles[1]}{ratio(name):8.2f}{asked:8.2f}")
    print()
    for name, value, unit, asked in (
        ("me during a login storm, p99", stormed[2], "ms", 20),
        ("resident memory, idle", idle, "MiB", 40),
        ("resident memory, loaded", loaded, "MiB", 80),
        ("start to first answer", start, "ms", 60),
    ):
        print(f"{name:34}{value:8.1f} {unit:4}{'asked: at most ' + str(asked):>22}")


if __name__ == "__main__":
    main()
