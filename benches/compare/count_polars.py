"""Counts the records below the current folder with Polars, streaming."""

import os

# Read when the library is loaded.
os.environ["POLARS_MAX_THREADS"] = "2"

import polars as pl

KEYS = ["recipientAccountId", "awsRegion", "eventSource", "eventName", "errorCode"]
RECORD = pl.Struct({key: pl.String for key in ["eventTime", *KEYS]})

cells = (
    pl.scan_ndjson("**/*.json.gz", schema={"Records": pl.List(RECORD)})
    .explode("Records")
    .unnest("Records")
    .group_by(pl.col("eventTime").str.slice(0, 16), *KEYS)
    .agg(pl.len().cast(pl.Int64).alias("calls"))
)
calls = pl.col("calls")
checksum = cells.select(pl.len(), calls.sum(), (calls * calls).sum().alias("squares"))
print(*checksum.collect(engine="streaming").row(0))
