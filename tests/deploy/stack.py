"""The stack in the emulator: its code, its deployment, its first key."""

import concurrent.futures
import json
import subprocess
import sys
import zipfile

from emulator import wait_for

NAME = "hookline"
BUCKET = "hookline-code"
# What the stack is told to be its own address: the emulator gives its API another path.
PUBLIC_URL = "https://hooks.example.com"
DEPLOY_SECONDS = 180

# Where the suite's partners listen. Functions go to loopback only where it is listed, port by port,
# and what is listed has to fit the 4 KB that all variables of a function share.
PARTNER_PORTS = range(18100, 18260)


def upload(emulator, binaries, folder, scratch):
    """Packs each binary as Lambda wants it."""
    store = emulator.client("s3")
    store.create_bucket(Bucket=BUCKET)

    def pack_and_upload(binary):
        bare, package = scratch / binary, scratch / f"{binary}.zip"
        subprocess.run(["strip", "-o", bare, folder / binary], check=True)
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o100755 << 16
        with zipfile.ZipFile(package, "w") as packed:
            packed.writestr(entry, bare.read_bytes())
        store.upload_file(str(package), BUCKET, package.name)
        bare.unlink()
        package.unlink()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(pack_and_upload, binaries))


def deploy(emulator, template):
    """Deploys the template by a change set, as `sam deploy` does. Gives the stack's outputs."""
    store, cloudformation = emulator.client("s3"), emulator.client("cloudformation")
    store.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(template).encode())
    parameters = {
        "AllowedPrivateEndpoints": ",".join(f"127.0.0.1:{port}" for port in PARTNER_PORTS),
        "PublicUrl": PUBLIC_URL,
    }
    made = cloudformation.create_change_set(
        StackName=NAME, ChangeSetName="first", ChangeSetType="CREATE",
        TemplateURL=f"{emulator.url}/{BUCKET}/template.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )

    def change_set():
        shown = cloudformation.describe_change_set(ChangeSetName=made["Id"])
        if shown["Status"] == "FAILED":
            sys.exit(f"the change set failed: {shown.get('StatusReason')}")
        return shown["Status"] == "CREATE_COMPLETE"

    def stack():
        shown = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        if shown["StackStatus"] in ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS"):
            return None
        if shown["StackStatus"] != "CREATE_COMPLETE":
            events = cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
            failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
            sys.exit(f"the stack is {shown['StackStatus']}: {failed}")
        return {output["OutputKey"]: output["OutputValue"] for output in shown["Outputs"]}

    wait_for(change_set, DEPLOY_SECONDS, "the change set was not made")
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    return wait_for(stack, DEPLOY_SECONDS, "the stack was not made")


def first_admin_key(emulator, outputs):
    """Makes the first admin key as README.md says, and sees that there is no second."""
    functions = emulator.client("lambda")

    def make():
        answer = functions.invoke(
            FunctionName=outputs["ApiFunctionName"], Payload=json.dumps({"make": "admin_key"}),
        )
        return json.load(answer["Payload"])

    made, again = make(), make()
    if "key" not in made or again.get("error", {}).get("code") != "admin_key_made":
        sys.exit(f"no admin key was made, or a second one: {made.keys()}, {again}")
    return made["key"]
