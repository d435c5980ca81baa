# SPDX-License-Identifier: BSD-2-Clause
# conditions.py TOP REASONS DIRECTORY=LIMIT...: reads the JSON of gcov --conditions, prints the share
# of outcomes that are covered below each DIRECTORY, and lists the rest. Fails if a share is below its
# LIMIT, or if a row of REASONS is out of date.
import json
import sys

ANONYMOUS = "(anonymous namespace)::"


class Line:
    def __init__(self, path, number, text, function):
        self.place, self.text, self.function = f"{path}:{number}", text, function
        self.path, self.total, self.missed = path, 0, None

    # A header, or a file that several programs are built from, is there more than once.
    def add(self, conditions):
        missed, first = set(), 1
        for decision in conditions:
            for outcome, key in ("T", "not_covered_true"), ("F", "not_covered_false"):
                missed |= {f"{first + i}{outcome}" for i in decision[key]}
            first += decision["count"] // 2
        self.total = max(self.total, 2 * (first - 1))
        self.missed = missed if self.missed is None else self.missed & missed


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    while text[at:at + 1]:
        document, at = decoder.raw_decode(text, at)
        yield document
        while text[at:at + 1].isspace():
            at += 1


def read_lines(top, directories):
    texts, lines = {}, {}
    for document in documents(sys.stdin.read()):
        for file in document["files"]:
            path = file["file"].removeprefix(top + "/")
            if path.split("/")[0] not in directories:
                continue
            if path not in texts:
                texts[path] = open(f"{top}/{path}").read().split("\n")
            names = {f["name"]: f["demangled_name"].replace(ANONYMOUS, "").split("(")[0]
                     for f in file["functions"]}
            for line in file["lines"]:
                number = line["line_number"]
                if line["conditions"]:
                    name = line.get("function_name", "")
                    lines.setdefault((path, number), Line(
                        path, number, texts[path][number - 1].strip(), names.get(name, name))
                    ).add(line["conditions"])
    return list(lines.values())


def read_rows(path):
    for number, row in enumerate(open(path), 1):
        if row.strip() and not row.startswith("#"):
            yield number, [field.strip() for field in row.rstrip("\n").split("\t")]


# Takes the outcomes that a row explains from the lines that it names. Returns what is wrong with it.
def explain(row, lines, explained):
    if len(row) != 5 or not all(row):
        return "not five fields"
    path, function, text, outcomes, _ = row
    outcomes = set(outcomes.split())
    found = [line for line in lines if line.path == path and line.function == function
             and text in line.text
             and all(0 < int(o[:-1]) <= line.total // 2 and o[-1] in "TF" for o in outcomes)]
    if not found:
        return "there is no such condition"
    if not any(line.missed & outcomes for line in found):
        print(f"now covered; delete the row: {' | '.join(row)}")
    for line in found:
        explained.setdefault(line.place, set()).update(line.missed & outcomes)
    return None


def main():
    top, reasons = sys.argv[1:3]
    limits = {name: float(limit) for name, limit in (a.split("=") for a in sys.argv[3:])}
    lines, explained, status = read_lines(top, limits), {}, 0
    for number, row in read_rows(reasons):
        fault = explain(row, lines, explained)
        if fault:
            print(f"{reasons}:{number}: {fault}: {' | '.join(row)}")
            status = 1
    for line in lines:
        for outcome in sorted(line.missed - explained.get(line.place, set())):
            word = {"T": "true", "F": "false"}[outcome[-1]]
            print(f"{line.place}: condition {outcome[:-1]} not covered ({word})\t{line.text}")
    for directory, limit in limits.items():
        there = [line for line in lines if line.path.split("/")[0] == directory]
        total = sum(line.total for line in there)
        missed = sum(len(line.missed) for line in there)
        listed = sum(len(explained.get(line.place, ())) for line in there)
        share = 100 * (1 - (missed - listed) / (total - listed)) if total > listed else 0
        print(f"{directory}/: {total - missed} of {total} outcomes covered, {listed} explained: "
              f"{share:.2f} % of the others (limit {limit:g} %)")
        if share < limit:
            status = 1
    sys.exit(status)


main()
