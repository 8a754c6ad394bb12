"""A `portero serve` that can be killed, drained and looked into."""

import os
import pathlib
import re
import resource
import secrets
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]


def newest_program():
    found = [path for kind in ("release", "debug") if (path := ROOT / ".build" / kind / "portero").exists()]
    if not found:
        raise SystemExit("no portero in .build: run swift build first")
    return str(max(found, key=lambda path: path.stat().st_mtime))


class Server:
    """Its limits per address are off, since all the load comes from one; it keeps its port when it is started again."""

    def __init__(self, program, url, directory, descriptors=None, output=None, **settings):
        self.program = program
        self.directory = pathlib.Path(directory)
        self.descriptors = descriptors
        #: A descriptor for its standard output, instead of the file `log`.
        self.output = output
        self.environment = {
            "PATH": os.environ["PATH"],
            "SWIFT_BACKTRACE": "enable=no",
            "DATABASE_URL": url,
            "PORTERO_DATA_DIR": str(self.directory),
            "PORTERO_SECRET": secrets.token_urlsafe(32),
            "PORTERO_LISTEN": "127.0.0.1:0",
            "PORTERO_LISTEN_USUARIOS": "off",
            "PORTERO_METRICS": "off",
            "PORTERO_BCRYPT_COST": "10",
            "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE": "0",
            "PORTERO_LOG_FORMAT": "text",
            # A machine that is busy with other things must not be mistaken for a thief.
            "PORTERO_REFRESH_GRACE": "60s",
            "PORTERO_LOCKOUT_ATTEMPTS": "1000",
        } | settings
        self.process = None
        self.address = None
        self.killed = False
        self.log = self.directory / "log"
        self.errors = self.directory / "errors"
        self.starts = []

    # Coming and going

    def start(self):
        """Answers itself once it is ready; raises RuntimeError when it is not to be."""
        began = time.monotonic()
        offset = self.log.stat().st_size if self.log.exists() else 0
        self.killed = False
        with open(self.log, "ab") as log, open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [self.program, "serve"], env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log if self.output is None else self.output, stderr=errors,
                preexec_fn=self.limit if self.descriptors else None,
            )
        if self.output is None:
            self.address = self.await_ready(offset)
            self.environment["PORTERO_LISTEN"] = "%s:%d" % self.address
        self.starts.append(time.monotonic() - began)
        return self

    def limit(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))

    def await_ready(self, offset):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with open(self.log, "rb") as log:
                log.seek(offset)
                found = ready(log.read())
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise RuntimeError(f"portero did not start: {self.log.read_text()[-1000:]} {self.errors.read_text()[-1000:]}")

    def kill(self):
        self.killed = True
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    @property
    def is_running(self):
        return self.process.poll() is None

    def close(self):
        """Stops it; answers what was wrong: a crash that nobody ordered, a failure in the log."""
        faults = []
        if self.process is not None:
            if self.is_running:
                self.terminate()
                try:
                    self.process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    faults.append("the server did not stop within 20 s of SIGTERM")
                    self.process.kill()
                    self.process.wait()
            if self.process.returncode != 0 and not self.killed:
                faults.append(f"the server ended with {self.process.returncode}: {self.errors.read_text()[-500:]}")
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        failures = re.findall(r"^.*request failed.*$", log, re.M)
        if failures:
            faults.append(f"{len(failures)} × answered 500, such as: {failures[0]}")
        return faults

    # Looking inside

    @property
    def pid(self):
        return self.process.pid

    @property
    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    @property
    def resident(self):
        """MiB."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    @property
    def peak(self):
        """MiB."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024

    @property
    def processor_seconds(self):
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def logged(self, text):
        """How many lines of the log have this in them."""
        return sum(text in line for line in self.log.read_text(errors="replace").splitlines())


def ready(log):
    """The address in the line that says so, or None."""
    found = re.search(rb"portero ready.*?127\.0\.0\.1:(\d+)", log)
    return ("127.0.0.1", int(found.group(1))) if found else None
