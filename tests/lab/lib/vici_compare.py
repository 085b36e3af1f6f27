#!/usr/bin/env python3
"""Compares what two daemons answered, line by line, less what differs by nature and what a table explains.

vici_compare.py TABLE MODEL_DIR OTHER_DIR STEP...

TABLE has rows "| step | line | becomes | why |": where the step's name matches the first (as the shell would) and a line has
the second (a regular expression), what it matches becomes the third, and a line that becomes nothing ("-") is left out.
Says what is left as a unified diff for each step, and in the last line how many steps differ. Status: 0 if none.
"""
import difflib
import fnmatch
import os
import re
import sys

# What differs between two runs of the same daemon.
BY_NATURE = [
    (r"\b[0-9a-f]{16}(_[ior]\b)?", r"IKE_SPI\1"),
    (r"\bc[0-9a-f]{7}(_[ior]\b)?", r"SPI\1"),
    (r"\b([a-z][\w.]*)[\[{]\d+[\]}]", r"\1[N]"),
    (r"\b((?:net|two|host|port|ah|rw|cert|silent))-\d+\b", r"\1-N"),
    (r"#\d+", "#N"),
    (r"\b(ikesa-uniqueid|uniqueid|reqid|thread) ?= ?\d+", r"\1=N"),
    (r"\breqid \d+", "reqid N"),
    (r"\b(established|rekey-time|reauth-time|life-time|install-time|use-in|use-out) ?= ?\d+", r"\1=N"),
    (r"\b(established|installed) \d+s ago", r"\1 Ns ago"),
    (r"\b(rekeying|reauthentication|expires) in \d+s", r"\1 in Ns"),
    (r"\b(scheduling rekeying in|maximum IKE_SA lifetime|scheduling reauthentication in) \d+s", r"\1 Ns"),
    (r", +\d+s ago", ", Ns ago"),
    (r"\(\d+ bytes\)", "(N bytes)"),
    (r"\b(cpi-in|cpi-out) ?= ?[0-9a-f]{4}", r"\1=CPI"),
    (r"\bSPI/[0-9a-f]{4}\b", "SPI/CPI"),
    (r"not (before|after) +[A-Z][a-z]{2} +\d+ [\d:]+ \d{4}", r"not \1 DATE"),
]
IN_STEPS = {
    "stats*": [(r"\d+", "N"), (r"N (seconds|minutes)", "N seconds"), (r"[A-Z][a-z]{2} N N:N:N N", "DATE"), (r" +N, ", " N, ")],
    "counters*": [(r"= ?[1-9]\d*", "=SOME"), (r": [1-9]\d*", ": SOME")],
    "log*": [(r"^\d\d\[", "NN[")],
}


def rules_of(table):
    for line in open(table, encoding="utf-8"):
        # A bar of the pattern's own is written "\|", as Markdown has it.
        cells = [cell.strip().strip("`").replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())]
        if len(cells) == 6 and cells[1] not in ("step", "") and not cells[1].startswith("--"):
            yield cells[1], re.compile(cells[2]), cells[3], cells[4]


def split_raw(line):
    """One element a line: --raw has a whole message in one."""
    line = re.sub(r"(?<=[^ ]) (?=[\w.-]+=)", "\n", line)
    line = re.sub(r" (?=[\w./-]+ \{)", "\n", line)
    line = re.sub(r"\{", "{\n", line)
    return re.sub(r"\}", "\n}", line).split("\n")


class Normaliser:
    def __init__(self, rules):
        self.rules = list(rules)
        self.used = set()

    def lines(self, step, path):
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            lines = [line.rstrip() for line in file]
        if step.endswith(".raw"):
            lines = [part.strip() for line in lines for part in split_raw(line)]
        return [line for line in (self.one(step, line) for line in lines) if line]

    def one(self, step, line):
        changes = BY_NATURE + [rule for where, rules in IN_STEPS.items() if fnmatch.fnmatch(step, where) for rule in rules]
        for pattern, becomes in changes:
            line = re.sub(pattern, becomes, line)
        for number, (where, pattern, becomes, _) in enumerate(self.rules):
            if fnmatch.fnmatch(step, where) and pattern.search(line):
                self.used.add(number)
                if becomes == "-":
                    return ""
                line = pattern.sub(becomes, line)
        return line


def main(table, model, other, *steps):
    normaliser = Normaliser(rules_of(table))
    differing = 0
    for step in steps:
        sides = [normaliser.lines(step, os.path.join(folder, step)) for folder in (model, other)]
        diff = list(difflib.unified_diff(*sides, "model/" + step, "moon/" + step, lineterm="", n=2))
        differing += bool(diff)
        print(*diff, sep="\n", end="\n\n" if diff else "")
    for number, (where, pattern, _, _) in enumerate(normaliser.rules):
        if number not in normaliser.used:
            print(f"explains nothing here: {where} {pattern.pattern}")
    print(f"{len(steps)} answers compared, {differing} of them differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
