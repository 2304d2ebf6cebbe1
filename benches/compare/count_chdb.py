"""Counts the records below the current folder with ClickHouse, in this process."""

import chdb

KEYS = ["eventTime", "recipientAccountId", "awsRegion", "eventSource", "eventName", "errorCode"]
SHAPE = "Records Array(Tuple(" + ", ".join(f"{key} String" for key in KEYS) + "))"

QUERY = f"""
    SELECT count(), sum(calls), sum(calls * calls)
    FROM (
        SELECT
            substring(record.eventTime, 1, 16) AS minute,
            record.recipientAccountId AS account,
            record.awsRegion AS region,
            record.eventSource AS source,
            record.eventName AS name,
            record.errorCode AS error,
            count() AS calls
        FROM file('**/*.json.gz', JSONEachRow, '{SHAPE}')
        ARRAY JOIN Records AS record
        GROUP BY minute, account, region, source, name, error
    )
    SETTINGS
        max_threads = 2,
        input_format_json_ignore_unknown_keys_in_named_tuple = 1,
        input_format_json_defaults_for_missing_elements_in_named_tuple = 1
"""

print(str(chdb.query(QUERY, "TSV")).strip())
