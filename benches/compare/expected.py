"""Prints what the archive in the current folder holds, as JSON: slowly, and with no peer's code.

CloudTrail may deliver an event several times. `deliveries` counts all of them, as a plain GROUP BY
does; `events` counts each account and eventID once, as insights does. Each is the number of cells,
the sum of their counts and the sum of the squares of these. A cell is a minute, account, Region,
event source, event name and error code.
"""

import gzip
import json
import pathlib
from collections import Counter


def checksum(cells: Counter[tuple[str, ...]]) -> list[int]:
    return [len(cells), cells.total(), sum(count * count for count in cells.values())]


def main() -> None:
    files = packed = unpacked = 0
    deliveries: Counter[tuple[str, ...]] = Counter()
    events: Counter[tuple[str, ...]] = Counter()
    seen: set[tuple[str, str]] = set()
    for path in pathlib.Path().rglob("*.json.gz"):
        compressed = path.read_bytes()
        text = gzip.decompress(compressed)
        files += 1
        packed += len(compressed)
        unpacked += len(text)
        for record in json.loads(text)["Records"]:
            account = record["recipientAccountId"]
            cell = (
                record["eventTime"][:16],
                account,
                record["awsRegion"],
                record["eventSource"],
                record["eventName"],
                record.get("errorCode") or "",
            )
            deliveries[cell] += 1
            event = (account, record["eventID"])
            if event not in seen:
                seen.add(event)
                events[cell] += 1
    found = {
        "files": files,
        "packed": packed,
        "unpacked": unpacked,
        "deliveries": checksum(deliveries),
        "events": checksum(events),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
