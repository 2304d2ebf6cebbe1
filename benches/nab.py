#!/usr/bin/env python3
"""Scores `insights detect --series-csv` on the count-like part of the Numenta Anomaly Benchmark.

    git clone https://github.com/numenta/NAB ~/NAB
    cargo build --release -p insights-cli
    benches/nab.py ~/NAB

The benchmark's data and results are not part of this repository: NAB must be a copy of it. Only
files that hold counts of events are taken (FILES): tweets in 5 minutes, taxi passengers in 30,
requests to a load balancer in 5. The others are temperatures, prices, loads and speeds, for which
the detector is not made. Beside it stand the detectors whose results NAB ships, on the same files
and by the same rules.

The rules, after A. Lavin and S. Ahmad, "Evaluating Real-time Anomaly Detection Algorithms: the
Numenta Anomaly Benchmark", ICMLA 2015, https://arxiv.org/abs/1510.03336:

- Anomalies are windows of rows (labels/combined_windows.json). The first 15 % of a file, at most
  750 rows, are for learning and not scored.
- A row whose anomaly score reaches the threshold is a detection. With s(y) = 2 / (1 + e^5y) - 1,
  the first detection in a window earns s(y) / s(-1), where y runs from -1 at the first row of the
  window towards 0 at its end; later ones in it earn nothing more. A window without one costs
  `missed`. A detection outside costs `false` times -s(y), where y is the distance from the end of
  the window before it, in widths of that window; 1 where there is none or y is above 3.
- One threshold is chosen for all files of a run: the one with the best sum. Three profiles weigh
  false alarms and misses differently (PROFILES).
- The sum is scaled so that a detector that says nothing has 0 and a perfect one 100.

An Insight is one detection: the row in which it was decided (`detectedAt` of its Start) has its
score, all other rows have 0. Only findings above the threshold of the setting become Insights, so
that NAB's choice of a threshold can make a setting stricter and never more sensitive; all three
settings of --sensitivity are shown for that reason.

How well the scorer matches: `--verify` scores all 58 files from the results that NAB ships. With
NAB of December 2024 (ea702d7) all 42 figures of 14 detectors come out as they stand in
results/final_results.json, to the second decimal, at the thresholds of config/thresholds.json:
70.10 for Numenta's HTM, 51.72 for Random Cut Forest, 39.65 for Windowed Gaussian. Nine of the
thresholds there are not the best ones; the tables of this script take the best for everyone.
`--check` tries the rules on a file small enough to do by hand.

NAB's threshold is chosen on the files it is judged on, here with few files and for each detector.
So a few points between two detectors mean little. The settings of insights are for few reports (one
false in a day among 400 series by default), where NAB's standard profile finds it right to accept
nine false detections for a window that would be missed.
"""

import argparse
import bisect
import csv
import itertools
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
from datetime import datetime, timezone

FILES = [
    *(
        f"realTweets/Twitter_volume_{name}.csv"
        for name in "AAPL AMZN CRM CVS FB GOOG IBM KO PFE UPS".split()
    ),
    "realKnownCause/nyc_taxi.csv",
    "realAWSCloudwatch/elb_request_count_8c0756.csv",
]

# The cost of a false detection far from any window, and of a missed window; a hit is worth 1.
PROFILES = {
    "standard": {"false": 0.11, "missed": 1.0},
    "reward_low_FP_rate": {"false": 0.22, "missed": 1.0},
    "reward_low_FN_rate": {"false": 0.11, "missed": 2.0},
}

LEARNING_SHARE = 0.15
LEARNING_MOST = 0.15 * 5000
FAR = 3.0


def worth(position):
    """The scaled sigmoid: 0.987 at the first row of a window, 0 behind its last, then negative."""
    return 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0


class Labelled:
    """What a detection in each row of a file is worth."""

    def __init__(self, name, times, windows):
        """Takes the times of the rows and the first and last time of each window, in order."""
        self.name = name
        self.times = times
        first_row = {}
        for row, time in enumerate(times):
            first_row.setdefault(time, row)
        spans = [(first_row[start], first_row[end]) for start, end in windows]
        learning = min(math.floor(LEARNING_SHARE * len(times)), LEARNING_MOST)
        # For each row its window and its worth; none while learning.
        self.rows = []
        past = None
        upcoming = list(spans)
        for row in range(len(times)):
            while upcoming and row > upcoming[0][1]:
                past = upcoming.pop(0)
            if upcoming and row >= upcoming[0][0]:
                start, end = upcoming[0]
                earned = worth(-(end - row + 1) / (end - start + 1)) / worth(-1.0)
                judged = ((name, start), earned)
            elif past is None:
                judged = (None, -1.0)
            else:
                start, end = past
                away = (row - end) / max(end - start, 1)
                judged = (None, -1.0 if away > FAR else worth(away))
            self.rows.append(judged if row >= learning else None)
        self.windows = {judged[0] for judged in self.rows if judged and judged[0]}
        self.labels = len(windows)


class Result:
    """The best threshold of a profile and what it leads to."""

    def __init__(self, total, threshold, hits, false):
        self.total = total
        self.threshold = threshold
        self.hits = hits
        self.false = false


def outcomes(files, scores, profile):
    """Yields a result for each threshold that makes a difference, from the strictest on."""
    weights = PROFILES[profile]
    rows = sorted(
        (
            (score, judged)
            for file in files
            for score, judged in zip(scores[file.name], file.rows, strict=True)
            if judged is not None
        ),
        key=lambda row: -row[0],
    )
    best = {}
    false = 0.0
    false_rows = 0
    missed = sum(len(file.windows) for file in files)
    hit = 0.0
    yield Result(-weights["missed"] * missed, math.inf, 0, 0)
    for threshold, equal in itertools.groupby(rows, key=lambda row: row[0]):
        for _, (window, value) in equal:
            if window is None:
                false += value
                false_rows += 1
            elif value > best.get(window, -math.inf):
                hit += value - best.get(window, 0.0)
                best[window] = value
        total = hit - weights["missed"] * (missed - len(best)) + weights["false"] * false
        yield Result(total, threshold, len(best), false_rows)


def scaled(files, total, profile):
    """Returns a total between that of a detector that says nothing, 0, and a perfect one, 100."""
    nothing = -PROFILES[profile]["missed"] * sum(len(file.windows) for file in files)
    perfect = sum(file.labels for file in files)
    return 100.0 * (total - nothing) / (perfect - nothing)


def best(files, scores, profile):
    """Returns the result of the threshold that NAB would choose."""
    return max(outcomes(files, scores, profile), key=lambda result: result.total)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def corpus(nab, names):
    """Reads the times and labels of files."""
    with open(nab / "labels/combined_windows.json", encoding="utf-8") as file:
        windows = json.load(file)
    files = []
    for name in names or sorted(windows):
        times = [row["timestamp"].split(".")[0] for row in rows_of(nab / "data" / name)]
        spans = [[time.split(".")[0] for time in span] for span in windows[name]]
        files.append(Labelled(name, times, sorted(spans)))
    return files


def shipped(nab, files, detector):
    """Reads the scores that NAB ships of a detector, or nothing where it does not have all."""
    scores = {}
    for file in files:
        folder, name = file.name.split("/")
        path = nab / "results" / detector / folder / f"{detector}_{name}"
        if not path.is_file():
            return None
        scores[file.name] = [float(row["anomaly_score"]) for row in rows_of(path)]
    return scores


def detectors(nab):
    folders = (nab / "results").iterdir()
    return sorted(path.name for path in folders if path.is_dir() and path.name != "null")


def minute(text):
    """Returns the whole minutes since 1970 of a time without zone, or with a Z."""
    time = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)
    return int(time.timestamp() // 60)


def detected(nab, files, program, sensitivity):
    """Runs the program on each file and returns a score for each row."""
    scores = {}
    for file in files:
        command = [
            program,
            "detect",
            nab / "data" / file.name,
            "--series-csv=time=timestamp,value=value",
            f"--sensitivity={sensitivity}",
            "--explain",
            "--format=jsonl",
            "--quiet",
        ]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
        times = [minute(time) for time in file.times]
        found = scores[file.name] = [0.0] * len(times)
        for line in run.stdout.splitlines():
            details = json.loads(line)["insightDetails"]
            if details["state"] == "Start":
                why = details["explanation"]
                # A row is known when its time is up; its minutes are the first to show it.
                row = bisect.bisect_right(times, minute(why["detectedAt"])) - 1
                found[row] = max(found[row], why["score"])
    return scores


def compare(nab, program):
    """Prints the figures of the program beside those of the others."""
    files = corpus(nab, FILES)
    entrants = [
        (f"insights, {level}", detected(nab, files, program, level))
        for level in ["low", "medium", "high"]
    ]
    entrants += [(name, shipped(nab, files, name)) for name in detectors(nab)]
    windows = sum(len(file.windows) for file in files)
    lines = []
    for name, scores in entrants:
        if scores is not None:
            results = [best(files, scores, profile) for profile in PROFILES]
            figures = [
                scaled(files, result.total, profile)
                for result, profile in zip(results, PROFILES)
            ]
            lines.append((name, figures, results[0]))
    lines.sort(key=lambda line: -line[1][0])
    print(f"{len(files)} files, {windows} windows outside the time to learn; standard profile:")
    print("hits are windows found and false are rows reported outside, at the best threshold")
    print()
    print("| detector | standard | low FP | low FN | hits | false | threshold |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, figures, result in lines:
        cells = [name, *(f"{figure:.1f}" for figure in figures)]
        cells += [str(result.hits), str(result.false), f"{result.threshold:.4g}"]
        print("| " + " | ".join(cells) + " |")
    print()
    print("By file, standard profile, at the threshold of all:")
    print()
    names = [name for name, scores in entrants if scores and name.startswith("insights")]
    names += ["numenta", "randomCutForest", "windowedGaussian"]
    known = dict(entrants)
    names = [name for name in names if known.get(name)]
    print("| file | windows | " + " | ".join(names) + " |")
    print("|---|--:|" + "--:|" * len(names))
    for file in files:
        cells = [file.name.split("/")[1].removesuffix(".csv"), str(len(file.windows))]
        for name in names:
            threshold = best(files, known[name], "standard").threshold
            result = at([file], known[name], "standard", threshold)
            cells.append(f"{result.hits} − {result.false}")
        print("| " + " | ".join(cells) + " |")
    print("\nhits − false")


def at(files, scores, profile, threshold):
    """Returns the result of a given threshold."""
    reached = (
        result for result in outcomes(files, scores, profile) if result.threshold >= threshold
    )
    return list(reached)[-1]


def verify(nab):
    """Compares the scorer with the figures that NAB ships for the whole corpus."""
    files = corpus(nab, None)
    with open(nab / "results/final_results.json", encoding="utf-8") as file:
        published = json.load(file)
    with open(nab / "config/thresholds.json", encoding="utf-8") as file:
        thresholds = json.load(file)
    print("| detector | profile | published | at its threshold | at the best one |")
    print("|---|---|--:|--:|--:|")
    for name in detectors(nab):
        scores = shipped(nab, files, name) if name in published else None
        if scores is None:
            continue
        for profile in PROFILES:
            there = published[name][profile]
            threshold = thresholds[name][profile]["threshold"]
            same = scaled(files, at(files, scores, profile, threshold).total, profile)
            here = scaled(files, best(files, scores, profile).total, profile)
            print(f"| {name} | {profile} | {there:.2f} | {same:.2f} | {here:.2f} |")


def check():
    """Checks the rules on a file small enough to do by hand."""
    # 20 rows, of which 3 are for learning; a window of 5 rows that begins at row 8.
    times = [str(row) for row in range(20)]
    file = Labelled("a", times, [("8", "12")])

    def total(*reported, profile="standard"):
        scores = {"a": [1.0 if row in reported else 0.0 for row in range(20)]}
        return at([file], scores, profile, 1.0).total

    def near(found, expected):
        assert abs(found - expected) < 1e-9, (found, expected)

    near(worth(-1.0), 0.9866142981514305)
    near(total(8), 1.0)
    near(total(8, 10, 12), 1.0)
    near(total(10), worth(-0.6) / worth(-1.0))
    near(total(), -1.0)
    near(total(profile="reward_low_FN_rate"), -2.0)
    near(total(2), -1.0)
    near(total(3), -1.11)
    near(total(8, 13), 1.0 + 0.11 * worth(0.25))
    near(total(8, 13, profile="reward_low_FP_rate"), 1.0 + 0.22 * worth(0.25))
    near(scaled([file], total(8), "standard"), 100.0)
    near(scaled([file], total(), "standard"), 0.0)
    scores = {"a": [0.0] * 20}
    scores["a"][3], scores["a"][9] = 0.5, 0.7
    chosen = best([file], scores, "standard")
    assert (chosen.threshold, chosen.hits, chosen.false) == (0.7, 1, 0)
    print("the rules are kept")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    parser = argparse.ArgumentParser(
        description="Scores insights on the count-like part of the Numenta Anomaly Benchmark."
    )
    parser.add_argument("nab", type=pathlib.Path, nargs="?", help="a copy of the benchmark")
    parser.add_argument(
        "--insights",
        default=target / "release/insights",
        metavar="PROGRAM",
        help="the program to score [default: the release build]",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="compare the scorer with the figures that the benchmark ships, for all its files",
    )
    parser.add_argument("--check", action="store_true", help="check the scorer on a tiny example")
    args = parser.parse_args()
    if args.check:
        check()
    elif args.nab is None:
        parser.error("which folder holds the benchmark?")
    elif not (args.nab / "labels/combined_windows.json").is_file():
        parser.error(f"{args.nab} is no copy of the benchmark: it has no combined_windows.json")
    elif args.verify:
        verify(args.nab)
    elif not shutil.which(args.insights):
        parser.error(f"no program {args.insights}: cargo build --release -p insights-cli makes it")
    else:
        compare(args.nab, args.insights)


if __name__ == "__main__":
    sys.exit(main())
