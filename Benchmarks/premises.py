"""Where Portero is measured: a database that was filled, and a server on it."""

import base64
import crypt
import hashlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", ".build", "release", "portero")
COST = 10
SECRET = secrets.token_urlsafe(32)
PASSWORD = "Cripta-Sombra-42"


def say(text):
    is_terminal = sys.stderr.isatty()
    print(f"\r\033[K{text}" if is_terminal else text, end="" if is_terminal else "\n", file=sys.stderr, flush=True)


def sql(url, *arguments):
    """Runs psql, saying what it echoes."""
    command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", url, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.strip():
                say(line.strip())
    if process.returncode:
        sys.exit(f"psql ended with {process.returncode}")


def salted(password):
    warnings.simplefilter("ignore")
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=2**COST))


def token(round_name, person):
    seed = hashlib.sha256(f"bench {round_name} {person}".encode()).digest()
    return base64.urlsafe_b64encode(seed).rstrip(b"=").decode()


class Size:
    """How much is in the database, and who of it takes part.

    `people` refresh, `readers` of them read: spread evenly over all users.
    """

    def __init__(self, organizations, users, members=0):
        self.organizations, self.users, self.members = organizations, users, members
        self.people = min(users, 100_000)
        self.stride = users // self.people
        self.readers = min(self.people, 20_000)
        self.step = self.people // self.readers
        self.admin = self.readers * self.step * self.stride
        assert organizations <= users and members <= self.admin

    def variables(self, *names):
        return [word for name in names for word in ("-v", f"{name}={getattr(self, name)}")]

    def __str__(self):
        return f"{self.users:,} users in {self.organizations:,} organizations"


class Server:
    """portero serve, with its limits per address off: all the load comes from one."""

    def __init__(self, url, directory, **settings):
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
        } | settings
        self.log = open(os.path.join(directory, "log"), "w+b")
        started = time.monotonic()
        self.process = subprocess.Popen([PROGRAM, "serve"], env=environment, stdout=self.log, stderr=self.log)
        self.address = self.usuarios = None
        while self.address is None:
            self.log.seek(0)
            found = re.search(rb"portero ready.*?(127\.0\.0\.1:\d+)", self.log.read())
            if found:
                self.address = found.group(1).decode()
                self.log.seek(0)
                found = re.search(rb"usuarios\S*?(127\.0\.0\.1:\d+)", self.log.read())
                self.usuarios = found and found.group(1).decode()
            elif self.process.poll() is not None:
                self.log.seek(0)
                sys.exit("portero did not start:\n" + self.log.read().decode())
            else:
                time.sleep(0.001)
        connection = self.connection()
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        self.start = time.monotonic() - started
        assert answer.status == 200, answer.status

    def connection(self, address=None):
        return http.client.HTTPConnection(address or self.address, timeout=30)

    def memory(self, kind):
        """MiB: what is resident now (VmRSS), or was at most (VmHWM)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(rf"{kind}:\s+(\d+)", status.read()).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.log.close()


class Place:
    """A database of a size, which is filled when this is made."""

    def __init__(self, cluster, directory, name, size):
        self.size, self.url = size, cluster.replace("/postgres?", f"/{name}?")
        self.directory = os.path.join(directory, name)
        self.access_tokens = os.path.join(self.directory, "access")
        self.refresh_tokens = os.path.join(self.directory, "refresh")
        self.server = None
        os.mkdir(self.directory)
        say(f"{size}: migrating …")
        sql(cluster, "-c", f"CREATE DATABASE {name}")
        environment = {
            "PATH": os.environ["PATH"], "DATABASE_URL": self.url, "PORTERO_SECRET": SECRET,
            "PORTERO_DATA_DIR": self.directory,
        }
        subprocess.run([PROGRAM, "migrate"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        started = time.monotonic()
        variables = size.variables("users", "organizations", "members", "admin")
        sql(self.url, *variables, "-v", f"hash={salted(PASSWORD)}", "-f", os.path.join(HERE, "fill.sql"))
        say(f"{size}: filled in {time.monotonic() - started:.0f} s")

    def open(self):
        self.server = Server(self.url, self.directory)
        self.renew("setup")
        say(f"{self.size}: collecting access tokens …")
        connection = self.server.connection()
        with open(self.access_tokens, "w") as file:
            for reader in range(1, self.size.readers + 1):
                body = json.dumps({"refresh_token": token("setup", reader * self.size.step)})
                connection.request("POST", "/auth/refresh", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
                assert answer.status == 200, body
                self.admin_token = json.loads(body)["access_token"]
                file.write(self.admin_token + "\n")

    def renew(self, round_name):
        """Gives everybody who takes part new refresh tokens."""
        variables = self.size.variables("people", "stride")
        sql(self.url, *variables, "-v", f"round={round_name}", "-f", os.path.join(HERE, "tokens.sql"))
        with open(self.refresh_tokens, "w") as file:
            file.writelines(token(round_name, person) + "\n" for person in range(1, self.size.people + 1))

    def close(self):
        if self.server:
            self.server.stop()
