"""template.yaml: what is checked of it, and the copy of it that the emulator deploys.

The copy differs only in what `sam package` writes into it and in what the emulator cannot read;
README.md lists the latter under "What the emulator cannot do".
"""

import copy
import pathlib
import subprocess
import sys

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

FUNCTION = "AWS::Serverless::Function"

# Parameters that stay text in the emulator where it compares them with a number.
NUMBERS = {"MaxConcurrency"}


class NoManagedPolicies:
    """The template names none, so there is none to look up in an account."""

    @staticmethod
    def load():
        return {}


def lint(path):
    tool = pathlib.Path(sys.executable).with_name("cfn-lint")
    subprocess.run([tool, path], check=True)


def read(path):
    """The template as a document, with intrinsic functions in their long form."""
    return yaml_parse(path.read_text())


def translate(source):
    """What CloudFormation makes of the template with SAM's own library."""
    try:
        return transform(copy.deepcopy(source), {}, NoManagedPolicies)
    except InvalidDocumentException as fault:
        causes = "\n".join(cause.message for cause in fault.causes)
        sys.exit(f"SAM does not take the template: {fault.message}\n{causes}")


def functions(source):
    return [one for one in source["Resources"].values() if one["Type"] == FUNCTION]


def binary(function):
    return function["Metadata"]["BuildProperties"]["Binary"]


def binaries(source):
    """The binary of each function."""
    return [binary(function) for function in functions(source)]


def packaged(source, bucket):
    """A copy that says where in the bucket each function's package is, as `sam package` makes it."""
    copied = copy.deepcopy(source)
    for function in functions(copied):
        function["Properties"]["CodeUri"] = f"s3://{bucket}/{binary(function)}.zip"
    return copied


def for_emulator(source):
    """A copy without what the emulator cannot read."""
    copied = copy.deepcopy(source)
    for name, resource in source["Resources"].items():
        if reason := unsupported(resource):
            print(f"   left out: {name}, an {resource['Type']}: {reason}")
            del copied["Resources"][name]
    parameters = copied["Parameters"]
    numbers = {name: int(parameters[name]["Default"]) for name in NUMBERS}
    copied["Resources"] = with_batches(with_numbers(copied["Resources"], numbers))
    return copied


def unsupported(resource):
    """Why the emulator cannot make this; none if it can."""
    if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]:
        return "it has no metric math"
    return None


def with_batches(part):
    """The part with the right to send one message being that to send several, as it is on AWS."""
    if isinstance(part, dict):
        named = {name: with_batches(value) for name, value in part.items()}
        if named.get("Action") == "sqs:SendMessage":
            named["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        return named
    if isinstance(part, list):
        return [with_batches(one) for one in part]
    return part


def with_numbers(part, numbers):
    """The part with each reference to one of the numbers replaced by it."""
    if isinstance(part, dict):
        if list(part) == ["Ref"] and part["Ref"] in numbers:
            return numbers[part["Ref"]]
        return {name: with_numbers(value, numbers) for name, value in part.items()}
    if isinstance(part, list):
        return [with_numbers(one, numbers) for one in part]
    return part
