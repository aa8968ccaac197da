"""MiniStack, on a free port of loopback."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

REGION = "us-east-1"
# The access key and the secret of the account's root.
KEY = "test"
START_SECONDS = 60
STOP_SECONDS = 10
# How often something is looked at that is being waited for.
PACE = 0.1


class Emulator:
    """A running emulator. It ends with the `with` block, and every function's process with it."""

    def __init__(self, scratch):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = scratch / "emulator.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            # Each function may do what its role grants, and no more.
            "AUTH": "true",
            "MINISTACK_REGION": REGION,
            # Handed on to the functions, which find the table and the queues by it.
            "AWS_ENDPOINT_URL": self.url,
        }
        tool = pathlib.Path(sys.executable).with_name("ministack")
        with self.log.open("wb") as out:
            # A group of its own, which the functions' processes are in too.
            self.process = subprocess.Popen(
                [tool], env=environment, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )
        try:
            wait_for(self.answers, START_SECONDS, "the emulator did not start")
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def answers(self):
        if self.process.poll() is not None:
            sys.exit(f"the emulator ended at once:\n{self.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def client(self, service):
        """A client of one of its services."""
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION,
            aws_access_key_id=KEY, aws_secret_access_key=KEY,
            config=Config(retries={"max_attempts": 1}, read_timeout=60),
        )

    def stop(self):
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self.signal(signal.SIGKILL)
        self.process.wait()

    def signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(holds, seconds, otherwise):
    """Waits until that holds, and gives what it gave."""
    deadline = time.monotonic() + seconds
    while not (held := holds()):
        if time.monotonic() > deadline:
            sys.exit(f"{otherwise} within {seconds} s")
        time.sleep(PACE)
    return held
