#!/usr/bin/env bash
# Counts the records below the current folder with jq, sort and uniq.
set -euo pipefail
export LC_ALL=C

# Two jq at a time, each to a file of its own: in one pipe they would cut each other's lines.
rows=$(mktemp -d "${TMPDIR:-/tmp}/rows.XXXXXX")
trap 'rm -rf -- "$rows"' EXIT
export rows
# shellcheck disable=SC2016 # expanded by the inner shell, and by jq
find . -name '*.json.gz' -print0 | xargs -0 -P 2 -n 3000 -s 1000000 bash -euo pipefail -c '
    zcat -- "$@" | jq -r ".Records[]
        | [.eventTime[:16], .recipientAccountId, .awsRegion, .eventSource, .eventName, .errorCode]
        | @tsv" >"$rows/$$"
' count

sort --parallel=2 -- "$rows"/* | uniq -c |
    awk '{ cells++; total += $1; squares += $1 * $1 }
         END { printf "%d %d %.0f\n", cells, total, squares }'
