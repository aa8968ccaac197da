"""What `tests/deploy/run` does, phase by phase; ends with 1 when the suite fails."""

import contextlib
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import emulator
import stack
import suite
import template

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = ROOT / "target" / "debug"


@contextlib.contextmanager
def phase(name):
    print(f"-- {name}", flush=True)
    began = time.monotonic()
    yield
    print(f"   {time.monotonic() - began:.0f} s", flush=True)


def build():
    """Debug binaries: they are those that `cargo test` has built, and they do the same."""
    command = ["cargo", "build", "--locked", "--quiet", "--package", "hookline-functions", "--bins"]
    subprocess.run(command, cwd=ROOT, check=True)


def main(filters):
    path = ROOT / "template.yaml"
    with phase("lint the template"):
        template.lint(path)
    with phase("translate it as SAM does"):
        source = template.read(path)
        binaries = template.binaries(source)
        packaged = template.packaged(source, stack.BUCKET)
        template.translate(packaged)
    with phase("build the functions"):
        build()
    with tempfile.TemporaryDirectory(prefix="hookline-deploy-") as folder:
        scratch = pathlib.Path(folder)
        with phase("start the emulator"):
            running = emulator.Emulator(scratch)
        with running:
            with phase("pack and upload the functions"):
                stack.upload(running, binaries, BINARIES, scratch)
            with phase("deploy"):
                outputs = stack.deploy(running, template.for_emulator(packaged))
            with phase("make the first admin key"):
                key = stack.first_admin_key(running, outputs)
            with phase("run the acceptance suite"):
                failed = suite.run(ROOT, running, outputs, key, filters)
            if failed:
                suite.report(running, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    # So that the emulator is stopped when this is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
