"""Counts the records below the current folder with DuckDB."""

import duckdb

# The obvious way, naming the columns to read_json, takes about ten times as long.
KEYS = ["eventTime", "recipientAccountId", "awsRegion", "eventSource", "eventName", "errorCode"]
SHAPE = '{"Records": [{' + ", ".join(f'"{key}": "VARCHAR"' for key in KEYS) + "}]}"

connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute("SET preserve_insertion_order = false")
row = connection.execute(
    """
    WITH records AS (
        SELECT unnest(from_json(json, $shape).Records) AS record
        FROM read_ndjson_objects('**/*.json.gz')
    ), cells AS (
        SELECT
            left(record.eventTime, 16) AS minute,
            record.recipientAccountId AS account,
            record.awsRegion AS region,
            record.eventSource AS source,
            record.eventName AS name,
            record.errorCode AS error,
            count(*) AS calls
        FROM records
        GROUP BY minute, account, region, source, name, error
    )
    SELECT count(*), sum(calls)::BIGINT, sum(calls * calls)::BIGINT FROM cells
    """,
    {"shape": SHAPE},
).fetchone()
assert row is not None
print(*row)
