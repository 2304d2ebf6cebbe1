"""Prints the checksum (as in expected.py) of a table that `insights count` wrote.

A row without an error code counts all calls of an API, also those that failed; one with an error
code counts the calls that failed so. The calls that succeeded are what is left.
"""

import csv
import sys
from collections import Counter


def main() -> None:
    succeeded: Counter[tuple[str, ...]] = Counter()
    failed: Counter[tuple[str, ...]] = Counter()
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            api = (
                row["minute"],
                row["account_id"],
                row["aws_region"],
                row["event_source"],
                row["event_name"],
            )
            count = int(row["count"])
            if row["error_code"]:
                failed[(*api, row["error_code"])] += count
                succeeded[api] -= count
            else:
                succeeded[api] += count
    counts = [*succeeded.values(), *failed.values()]
    if min(counts, default=0) < 0:
        sys.exit("more calls of an API failed in a minute than were made")
    # A count of zero only says that the log was alive.
    counts = [count for count in counts if count > 0]
    print(len(counts), sum(counts), sum(count * count for count in counts))


if __name__ == "__main__":
    main()
