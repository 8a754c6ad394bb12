"""One case's database: filled before, questioned afterwards."""

import base64
import crypt
import hashlib
import itertools
import os
import pathlib
import secrets
import subprocess
import uuid

from support.people import Person

SQL = pathlib.Path(__file__).resolve().parent / "sql"
PASSWORD = "Cripta-Sombra-42"
MODEL = "model"


class Database:
    numbers = itertools.count(1)

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name
        self.url = cluster.url(name)

    @staticmethod
    def fresh(cluster, program):
        """A migrated database, copied from one that is migrated once a run."""
        server = Database(cluster, "postgres")
        if not server.rows(f"SELECT 1 FROM pg_database WHERE datname = '{MODEL}'"):
            server.execute(f"CREATE DATABASE {MODEL}")
            model = Database(cluster, MODEL)
            subprocess.run(
                [program, "migrate"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={
                    "PATH": os.environ["PATH"], "DATABASE_URL": model.url, "PORTERO_SECRET": secrets.token_urlsafe(32),
                    "PORTERO_DATA_DIR": str(cluster.folder / "model"),
                },
            )
        fresh = Database(cluster, "fault_" + uuid.uuid4().hex[:12])
        server.execute(f"CREATE DATABASE {fresh.name} TEMPLATE {MODEL}")
        # Deadlocks are to be found as such, before the server's own lock time-out hides them.
        server.execute(f"ALTER DATABASE {fresh.name} SET deadlock_timeout = '100ms'")
        return fresh

    def drop(self):
        self.cluster.heal()
        server = Database(self.cluster, "postgres")
        server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        server.execute("DROP TABLESPACE IF EXISTS disk")

    # Asking

    def execute(self, text, **variables):
        """Runs a script; answers psql's output, fields apart by U+001F."""
        done = subprocess.run(
            [
                "psql", "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1",
                *itertools.chain.from_iterable(("-v", f"{name}={value}") for name, value in variables.items()),
                self.url,
            ],
            input=text, text=True, capture_output=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{done.stderr}\n{text[:500]}")
        return done.stdout

    def rows(self, text, **variables):
        return [line.split("\x1f") for line in self.execute(text, **variables).splitlines()]

    def value(self, text, **variables):
        return self.rows(text, **variables)[0][0]

    def missing(self, values, query):
        """Which of the values the query (one column of text) does not give."""
        if not values:
            return []
        lines = "\n".join(values)
        return [
            row[0]
            for row in self.rows(
                f"CREATE TEMP TABLE wanted (value text);\nCOPY wanted FROM STDIN;\n{lines}\n\\.\n"
                f"SELECT value FROM wanted EXCEPT SELECT * FROM ({query}) found (value);"
            )
        ]

    def inconsistencies(self):
        """What the consistency queries find, a line each; none of them may find anything."""
        faults = []
        for sentence, query in queries((SQL / "consistency.sql").read_text()):
            found = self.rows(query)
            if found:
                faults.append(f"{len(found)} × {sentence}: " + "; ".join(" ".join(row) for row in found[:3]))
        return faults

    def backends(self):
        """Process ids of the server's connections."""
        return [
            int(row[0])
            for row in self.rows(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portero'"
            )
        ]

    def complaints(self, text):
        """How many lines of this database in PostgreSQL's log have this in them."""
        with open(self.cluster.folder / "log", errors="replace") as log:
            return sum(self.name in line and text in line for line in log)

    # Disks

    def move_to(self, folder):
        """Puts everything that it holds into a folder of PostgreSQL's account."""
        server = Database(self.cluster, "postgres")
        server.execute(f"CREATE TABLESPACE disk LOCATION '{folder}'")
        server.execute(f"ALTER DATABASE {self.name} SET TABLESPACE disk")

    def fill_disk(self):
        """Fills what is left of the disk with a table, `public.filler`, to the last block."""
        self.execute("CREATE TABLE public.filler (text text); ALTER TABLE public.filler ALTER text SET STORAGE PLAIN")
        for size in (1000, 100, 10, 1, 1, 1):
            try:
                while True:
                    self.execute(
                        f"INSERT INTO public.filler SELECT repeat('x', 7000) FROM generate_series(1, {size})"
                    )
            except RuntimeError as error:
                if "No space left" not in str(error):
                    raise

    # Filling

    def people(self, count, name="seed", sessions=1):
        """People with a live session whose refresh token we know (and others besides), and the same password."""
        hashed = crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 10))
        self.execute((SQL / "people.sql").read_text(), count=count, name=name, hash=hashed, sessions=sessions)
        return [Person(f"{name}-{n}@example.com", PASSWORD, token(name, n)) for n in range(1, count + 1)]


def token(name, number):
    """The refresh token that people.sql gave to one of them."""
    seed = hashlib.sha256(f"{name} {number}".encode()).digest()
    return base64.urlsafe_b64encode(seed).rstrip(b"=").decode()


def queries(text):
    """Pairs of sentence and query, of a file in which each query stands under a comment that says what it would find."""
    for block in text.split("\n\n"):
        comments = [line[2:].strip() for line in block.splitlines() if line.startswith("--")]
        query = "\n".join(line for line in block.splitlines() if not line.startswith("--"))
        if query.strip():
            yield " ".join(comments).rstrip("."), query
