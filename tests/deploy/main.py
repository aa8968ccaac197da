"""What `tests/deploy/run` does, phase by phase; ends with 1 when the suite fails."""

import contextlib
import pathlib
import signal
import sys
import tempfile
import time

import emulator
import stack
import suite
import template

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
BINARIES = ROOT / "target" / "debug"


@contextlib.contextmanager
def phase(name):
    print(f"-- {name}", flush=True)
    began = time.monotonic()
    yield
    print(f"   {time.monotonic() - began:.0f} s", flush=True)


def check(source):
    with phase("lint the template"):
        template.lint(TEMPLATE)
    with phase("translate it as SAM does"):
        template.translate(template.packaged(source, stack.BUCKET))


def deploy(source, filters):
    """Gives whether the suite passed."""
    with phase("build the functions and the suite"):
        suite.build(ROOT)
    with tempfile.TemporaryDirectory(prefix="hookline-deploy-") as folder:
        scratch = pathlib.Path(folder)
        with phase("start the emulator"):
            running = emulator.Emulator(scratch)
        with running:
            with phase("pack and upload the functions"):
                stack.upload(running, template.binaries(source), BINARIES, scratch)
            with phase("deploy"):
                packaged = template.packaged(source, stack.BUCKET)
                outputs = stack.deploy(running, template.for_emulator(packaged))
            with phase("make the first admin key"):
                key = stack.first_admin_key(running, outputs)
            with phase("run the acceptance suite"):
                failed = suite.run(ROOT, running, outputs, key, filters)
            if failed:
                suite.report(running, failed)
    return not failed


def main(arguments):
    match arguments:
        case []:
            wanted = (True, True)
        case ["check"]:
            wanted = (True, False)
        case ["deploy", *_]:
            wanted = (False, True)
        case _:
            sys.exit("usage: tests/deploy/run [check | deploy [NAME OF A TEST]…]")
    source = template.read(TEMPLATE)
    if wanted[0]:
        check(source)
    return not wanted[1] or deploy(source, arguments[1:])


if __name__ == "__main__":
    # So that the emulator is stopped when this is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(0 if main(sys.argv[1:]) else 1)
