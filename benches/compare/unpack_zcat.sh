#!/usr/bin/env bash
# Unpacks the logs below the current folder, and prints how many bytes that makes.
set -euo pipefail
find . -name '*.json.gz' -print0 | xargs -0 -P 2 zcat -- | wc -c
