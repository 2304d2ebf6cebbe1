"""The pages that are tested, as `insights report` writes them, and what they are made from."""

import csv
import functools
import json
import pathlib
import random
import subprocess
from datetime import UTC, datetime, timedelta

ROOT = pathlib.Path(__file__).resolve().parents[3]
START = datetime(2026, 3, 2, tzinfo=UTC)
ACCOUNT = "111122223333"

# What may be in a log and must never be more than text.
HOSTILE = [
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=2>",
    "<svg/onload=window.hacked=3>",
    "javascript:window.hacked=4",
    "\"'><iframe srcdoc='<script>parent.hacked=5</script>'>",
    "<!--<script>",
    "{{overview}}${window.hacked=6}",
    "<style>*{background:url(https://example.com/7)}</style>",
    "<a href=https://example.com/8 ping=https://example.com/8>x</a>",
    "user\u202egnp.exe",
    "line\u2028separator\u2029paragraph",
    "nothing\u0000at\u0007all\u200b\ufeff",
    "&lt;b&gt;&#x3c;b&#x3e;",
    "long" + "A" * 4000,
]


class Page:
    """A page in a file, and what other commands say of the same input."""

    def __init__(self, program, source, path):
        self.program = program
        self.source = source
        self.path = path
        self.url = path.as_uri()

    def run(self, command, *options):
        line = [self.program, command, self.source, "--quiet", *options]
        return subprocess.run(line, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout

    @functools.cached_property
    def insights(self):
        """The records of each episode by its id, in order of start, as `replay` writes them."""
        episodes = {}
        # Not by splitlines(): a record may hold what Python takes for the end of a line.
        lines = self.run("replay", "--format", "jsonl", "--explain").split("\n")
        for record in map(json.loads, filter(None, lines)):
            episodes.setdefault(record["sharedEventID"], []).append(record)
        return episodes

    @functools.cached_property
    def counts(self):
        """The calls of each series by minute, as `count` writes them."""
        found = {}
        for row in csv.DictReader(self.run("count").split("\n")):
            series = (row["aws_region"], row["event_source"], row["event_name"], row["error_code"])
            minutes = found.setdefault(series, {})
            minute = row["minute"][:16].replace("T", " ")
            minutes[minute] = minutes.get(minute, 0) + int(row["count"])
        return found


class Pages:
    """Writes pages, each once."""

    DEMO = ROOT / "datasets" / "demo"

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder

    def of(self, name, source, *options):
        path = self.folder / f"{name}.html"
        line = [self.program, "report", source, *options, "--quiet", "-o", path]
        subprocess.run(line, check=True)
        return Page(self.program, source, path)


def event(number, when, name, **more):
    return {
        "eventVersion": "1.09",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "iam.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT,
        "userAgent": "usual",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/usual"},
        "readOnly": False,
        "managementEvent": True,
        "eventCategory": "Management",
        "eventType": "AwsApiCall",
        **more,
    }


def hostile_log(path):
    """A log of two quiet days, then of bursts with hostile names, codes, callers and programs."""
    events = [event(0, START, "ListUsers")]
    for hour in range(60):
        events.append(event(len(events), START + timedelta(hours=hour), "CreateUser"))
    for at, text in enumerate(HOSTILE):
        when = START + timedelta(days=2, minutes=20 * at)
        for call in range(40):
            caller = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/{text}"}
            burst = event(
                len(events),
                when + timedelta(seconds=call),
                text,
                userAgent=text,
                userIdentity=caller,
                errorCode=text,
            )
            events.append(burst)
    path.write_text(json.dumps({"Records": events}), encoding="utf-8")
    return path


def large_table(path):
    """Counts of 500 series in 90 days, each with bursts that grow, so that each is news."""
    chance = random.Random(1)
    days = 90
    header = "minute,account_id,aws_region,event_source,event_name,error_code,count,user_identity"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(header.split(","))
        for number in range(500):
            service = ["ec2", "iam", "s3", "kms", "lambda"][number % 5]
            region = ["us-east-1", "eu-west-1"][number // 5 % 2]
            code = "AccessDenied" if number % 7 == 0 else ""
            series = [ACCOUNT, region, f"{service}.amazonaws.com", f"Api{number:03}", code]
            for _ in range(60):
                table.writerow(counted(chance.randrange(days * 1440), series, 1, "usual"))
            for burst, size in enumerate([15, 60, 240, 900, 3600]):
                start = (8 + burst * 17) * 1440 + chance.randrange(14_400)
                for minute in range(start, start + chance.randrange(2, 12)):
                    calls = size + chance.randrange(size // 3)
                    table.writerow(counted(minute, series, calls, f"user-{number % 20}"))
    return path


def counted(minute, series, calls, who):
    when = (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [when, *series, calls, f"arn:aws:iam::{ACCOUNT}:user/{who}"]
