"""A PostgreSQL cluster that can be killed, frozen and started again."""

import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import time


class Cluster:
    """Durable, on a unix socket in a folder of its own; owned by `postgres` when we are root."""

    OWNER = "portero_owner"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.programs = max(
            pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None
        )
        if self.programs is None:
            raise SystemExit("no PostgreSQL in /usr/lib/postgresql")
        self.prefix = []
        if os.geteuid() == 0:
            self.prefix = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        self.create()

    def create(self):
        self.folder.mkdir(mode=0o755)
        if self.prefix:
            shutil.chown(self.folder, "postgres", "postgres")
        self.run(
            "initdb", "-D", self.data, "-U", self.OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--data-checksums",
        )
        settings = [
            f"unix_socket_directories = '{self.folder}'",
            "listen_addresses = ''",
            "max_connections = 200",
            "log_line_prefix = '%m [%p] %d '",
            # One call instead of one for each of a thousand files, each time it was killed.
            "recovery_init_sync_method = syncfs",
        ]
        with open(self.data / "postgresql.conf", "a") as file:
            file.write("\n".join(settings) + "\n")

    def run(self, name, *arguments, check=True):
        """Runs one of PostgreSQL's programs under its own account."""
        done = subprocess.run(
            [*self.prefix, self.programs / name, *arguments], cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stdout}")
        return done

    def url(self, database):
        return f"postgresql://{self.OWNER}@/{database}?host={self.folder}"

    # Running

    @property
    def postmaster(self):
        """Its process id, or None."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None

    def launch(self):
        """Starts the postmaster; answers once the process is there, long before it lets anybody in."""
        deadline = time.monotonic() + 20
        while True:
            # -W: not to wait. What a killed postmaster left running holds its shared memory for a moment.
            self.run("pg_ctl", "start", "-W", "-s", "-D", self.data, "-l", self.folder / "log", check=False)
            until = time.monotonic() + 0.3
            while time.monotonic() < until:
                if self.is_responding():
                    return
                time.sleep(0.01)
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start:\n" + (self.folder / "log").read_text()[-2000:])

    def start(self):
        """Starts, and answers when connections are let in."""
        self.launch()
        return self.until_accepting()

    def until_accepting(self, patience=60):
        """Waits until somebody is let in; answers when that was, by the monotonic clock."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.greet() == b"R":
                return time.monotonic()
            time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL lets nobody in within {patience} s")

    def is_responding(self):
        return self.greet() is not None

    def greet(self):
        """The first byte of the answer to a client: R lets it in, E does not (yet); None when nobody answers."""
        number = 5432
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(0.5)
            try:
                client.connect(str(self.folder / f".s.PGSQL.{number}"))
                words = b"".join(word + b"\0" for word in (b"user", self.OWNER.encode(), b"database", b"postgres", b""))
                client.sendall(struct.pack("!ii", 8 + len(words), 196608) + words)
                answer = client.recv(4096)[:1]
                if answer == b"R":
                    client.sendall(b"X\0\0\0\4")
                return answer or None
            except OSError:
                return None

    # Faults

    def kill(self):
        """kill -9 of the postmaster; its children notice and end by themselves."""
        os.kill(self.postmaster, signal.SIGKILL)

    def restart(self, mode="fast"):
        """As an administrator does it."""
        self.run("pg_ctl", "restart", "-s", "-w", "-D", self.data, "-l", self.folder / "log", "-m", mode)

    def children(self):
        """Processes that the postmaster started, and that are left to whoever, when it is gone."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == self.postmaster:
                    found.append(int(entry.name))
            except (OSError, IndexError):
                pass
        return found

    def freeze(self):
        """Stops the postmaster and everything that it started: a machine that has gone silent."""
        stopped = [self.postmaster]
        os.kill(self.postmaster, signal.SIGSTOP)
        for child in self.children():
            os.kill(child, signal.SIGSTOP)
            stopped.append(child)
        return stopped

    def thaw(self, processes):
        for process in reversed(processes):
            try:
                os.kill(process, signal.SIGCONT)
            except ProcessLookupError:
                pass

    # The end

    def heal(self):
        """Brings back what an earlier case left stopped or dead."""
        if self.postmaster is not None:
            try:
                self.thaw([self.postmaster, *self.children()])
            except ProcessLookupError:
                pass
        if self.greet() != b"R":
            self.start()

    def remove(self):
        if self.postmaster is not None:
            try:
                self.thaw([self.postmaster, *self.children()])
            except (ProcessLookupError, PermissionError):
                pass
            self.run("pg_ctl", "stop", "-s", "-D", self.data, "-m", "immediate", check=False)
