"""The acceptance suite against the stack."""

import os
import re
import subprocess
import sys

import stack
from emulator import KEY, REGION

# Tests that run at the same time. Each invocation that runs at the same time as another of its
# function is a process of its own, and two cores are what there is.
THREADS = 8

# What the emulator cannot do, by the test that would see it; README.md lists it too.
SKIPPED = {
    "bad_input::an_encoded_slash_is_a_character_of_a_call_id":
        "it matches routes after it has decoded the path",
}


# Whole workspace, since what `cargo test` builds of it is then what is used here; the suite
# `binaries` is there for the functions' binaries, which it asks for.
CARGO = ["cargo", "test", "--workspace", "--locked", "--test", "acceptance"]


def build(root):
    """Debug binaries, which do the same as those that are deployed and are there in a minute."""
    subprocess.run([*CARGO, "--test", "binaries", "--no-run"], cwd=root, check=True)


def run(root, emulator, outputs, key, filters):
    """Runs the suite, or the tests that the filters name. Gives the names of those that failed."""
    environment = os.environ | {
        "HOOKLINE_URL": api_url(emulator, outputs),
        "HOOKLINE_ADMIN_KEY": key,
        "HOOKLINE_INVOKE_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY, "AWS_SESSION_TOKEN": "",
        "AWS_REGION": REGION,
        "HOOKLINE_FUNCTION_PREFIX": stack.NAME,
        "HOOKLINE_PUBLIC_URL": stack.PUBLIC_URL,
        "HOOKLINE_PARTNER_PORTS": f"{stack.PARTNER_PORTS[0]}-{stack.PARTNER_PORTS[-1]}",
    }
    for test, reason in SKIPPED.items():
        print(f"   skipped: {test}: {reason}", flush=True)
    skips = [word for test in SKIPPED for word in ("--skip", test)]
    command = [*CARGO, "--", f"--test-threads={THREADS}", *skips, *filters]
    running = subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )
    failed = []
    try:
        for line in running.stdout:
            sys.stdout.write(line)
            if found := re.fullmatch(r"test (\S+) \.\.\. FAILED\n", line):
                failed.append(found[1])
    finally:
        running.terminate()
        code = running.wait()
    sys.stdout.flush()
    return failed or (["the suite itself"] if code else [])


def api_url(emulator, outputs):
    """The API by path: the emulator's own name for it resolves only where *.localhost does."""
    api = re.match(r"https?://([0-9a-z]+)\.execute-api\.", outputs["ApiUrl"])
    return f"{emulator.url}/_aws/execute-api/{api[1]}/$default"


def report(emulator, failed):
    """What the functions logged that may say why tests failed."""
    logs = emulator.client("logs")
    print(f"\n{len(failed)} failed; what the functions logged of warnings and errors:")
    for group in logs.get_paginator("describe_log_groups").paginate():
        for name in [one["logGroupName"] for one in group["logGroups"]]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                for event in page["events"]:
                    if re.search(r'"level":"(ERROR|WARN)"|panicked|Task timed out', event["message"]):
                        print(f"{name}: {event['message'].strip()}")
    print("\nthe end of the emulator's log:")
    print("\n".join(emulator.log.read_text(errors="replace").splitlines()[-40:]))
