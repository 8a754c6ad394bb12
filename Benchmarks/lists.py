"""The lists of the usuarios surface, over HTTP: every sort, order and page, with and without a search."""

import json
import os
import statistics
import subprocess
import time
from urllib.parse import quote

from premises import HERE, PASSWORD, PROGRAM, SECRET, Server, salted, say, sql

ASKED = 30
LIMIT = 10
ASKED_OFTEN, ASKED_ANEW = 15, 5
SORTS = {
    "usuarios": ("id", "username", "email", "activo", "fechaCreacion", "ultimoLogin", "rol"),
    "sesiones": ("id", "usuario", "fechaInicio", "fechaExpiracion", "activa", "ipAddress", "userAgent"),
}
SEARCHES = {
    "none": None, "that all match": "example", "that half match": "JOSÉ", "of one letter": "7", "that few match": "lists-77",
    "that one matches": "lists-777@", "that none matches": "zzzz", "of a literal": "%_\\",
}


class Asked:
    """A server on the filled database, and somebody who may ask it."""

    def __init__(self, cluster, directory, people):
        self.url = cluster.replace("/postgres?", "/bench_lists?")
        sql(cluster, "-c", "CREATE DATABASE bench_lists")
        subprocess.run(
            [PROGRAM, "migrate"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": self.url, "PORTERO_SECRET": SECRET, "PORTERO_DATA_DIR": directory},
        )
        sql(self.url, "-v", f"people={people}", "-v", f"hash={salted(PASSWORD)}", "-f", os.path.join(HERE, "lists.sql"))
        self.server = Server(
            self.url, directory, PORTERO_LISTEN_USUARIOS="127.0.0.1:0", PORTERO_DEFAULT_ORGANIZATION="lists-0",
            PORTERO_RATE_LIMIT_PER_MINUTE="0", PORTERO_RATE_LIMIT_PER_HOUR="0",
        )
        connection = self.server.connection()
        login = json.dumps({"email": "lists-0@example.com", "password": PASSWORD})
        connection.request("POST", "/auth/login", login, {"Content-Type": "application/json"})
        self.token = json.loads(connection.getresponse().read())["access_token"]
        self.connection = self.server.connection(self.server.usuarios)

    def page(self, path):
        """How many there are, and how many ms the answer took."""
        started = time.monotonic()
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        taken = (time.monotonic() - started) * 1000
        assert answer.status == 200, body
        return json.loads(body)["total"], taken

    def anew(self, path):
        """The median in ms of a search that has not been asked for before."""
        taken = []
        for _ in range(ASKED_ANEW):
            sql(self.url, "-c", "TRUNCATE portero.searches")
            taken.append(self.page(path)[1])
        return statistics.median(taken)


def measure(cluster, directory, people):
    asked = Asked(cluster, directory, people)
    rows, worst = [], (0, "")
    try:
        for name, sorts in SORTS.items():
            for kind, search in SEARCHES.items():
                say(f"{name}, search {kind} …")
                base = f"/api/{name}?limit={LIMIT}" + (f"&search={quote(search)}" if search else "")
                total, _ = asked.page(base)
                new, last, cells = asked.anew(base), max(1, -(-total // LIMIT)), []
                for page in (1, max(1, last // 2), last):
                    medians = []
                    for path in (f"{base}&page={page}&sort={sort}&order={order}" for sort in sorts for order in ("ASC", "DESC")):
                        medians.append((statistics.median(asked.page(path)[1] for _ in range(ASKED_OFTEN)), path))
                    cells.append(max(medians)[0])
                    worst = max(worst, max(medians))
                rows.append((name, kind, total, new, *cells))
    finally:
        asked.server.stop()
    say("")
    print(f"lists of {people:,} people and their live sessions in one organization among a hundred, {LIMIT} a page, one request "
          f"after the other;\nthe worst median in ms of every sort and order, and the median of a search that is new\n")
    print(f"{'':10}{'search':20}{'total':>9}{'new':>9}{'first':>9}{'middle':>9}{'last':>9}{'asked':>9}")
    for name, kind, total, *times in rows:
        print(f"{name:10}{kind:20}{total:9,}" + "".join(f"{value:9.2f}" for value in times) + f"{ASKED:9}")
    print(f"\nworst median {worst[0]:.2f} ms: {worst[1]}")
