# SPDX-License-Identifier: ISC
"""Compare the pages with the code, for man.t: say what differs, one a line."""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent


def section(page, name):
    """The lines of one section of a page."""
    lines = page.read_text().splitlines()
    start = lines.index(".Sh " + name) + 1
    end = start
    while end < len(lines) and not lines[end].startswith(".Sh "):
        end += 1
    return lines[start:end]


def examples(page):
    """Its commands: each literal display, and each line of .Dl."""
    literal, lines = False, []
    for line in section(page, "EXAMPLES"):
        line = line.replace("\\e", "\\").replace("\\&", "")
        if line.startswith(".Dl "):
            yield line[4:]
        elif line.startswith(".Bd -literal"):
            literal, lines = True, []
        elif line == ".Ed" and literal:
            literal = False
            yield "\n".join(re.sub("^[$#>] ", "", line) for line in lines)
        elif literal:
            lines.append(line)


def run_examples():
    """The here-documents after "example" in the tests, including those in the
    virtual machine."""
    found = ""
    for test in [*TOP.glob("tests/*.t"), *TOP.glob("tests/vm/*")]:
        if not test.is_file():
            continue
        begun, body = False, None
        for line in test.read_text(errors="replace").splitlines():
            line = line.lstrip("\t")
            begun = begun or bool(re.search(r"^(\(cd \w+ && )?example ", line))
            if body is None:
                if begun and line.endswith("<<-'END'"):
                    body = []
            elif line == "END":
                found += "\n".join(["", *body, ""])
                begun, body = False, None
            else:
                body.append(line)
    return found


def check_examples(page):
    found = run_examples()
    commands = list(examples(page))
    if not commands:
        print(f"{page.name}: has no examples")
    for command in commands:
        if f"\n{command}\n" not in found:
            print(f"{page.name}: no test runs: {command}")


def check_readme():
    """Its indented lines after the drawing: but for what installs, a test runs
    them.  What is indented more continues the line.  tests/bundle/image runs
    docker build with more options, since there is no registry."""
    found = re.sub(r"\s+", " ", run_examples())
    text = (TOP / "README.md").read_text().split("\n## ", 1)[1]
    for command in re.findall(r"^    [^ #].*(?:\n     .*)*", text, re.M):
        command = re.sub(r"\s+", " ", command.strip())
        if (f" {command} " not in found and not re.match(
                r"(sudo )?(make|apt-get|apk|brew|pkg|docker build) ", command)):
            print(f"README.md: no test runs: {command}")


def code_options(tool):
    """What its getopt string has: {letter: does it take an argument}."""
    source = TOP / "bin" / f"{tool}.c"
    if source.exists():
        string = re.search(r'"\+" ARGS_COMMON\s+"([^"]*)"', source.read_text())
        if "policy_letters" in source.read_text():
            # A row of the table of a policy's members may have an option.
            rows = (TOP / "lib/smolvm/policy.c").read_text()
            string = [None, string[1] + "".join(
                letter + ":" for letter in re.findall(
                    r'^\t\{ "\w+", \w+, "[^"]*", \d, \'(\w)\'', rows, re.M))]
    else:
        source = TOP / "bin" / tool
        string = re.search(r"getopts '?:?([A-Za-z:]*)", source.read_text())
    found = re.findall(r"([A-Za-z])(:?)", string[1])
    return {letter: colon == ":" for letter, colon in found}


def page_options(page):
    found = re.findall(r"^\.It Fl ([A-Za-z])(.*)", page.read_text(), re.M)
    return {letter: bool(re.search(r"\b(Ar|Cm)\b", rest))
            for letter, rest in found}


def usage_options(tool):
    """As in [-jn] [-f file]."""
    text = subprocess.run([TOP / "bin" / tool, "-h"], check=True, text=True,
                          capture_output=True).stdout
    found = {}
    for letters, rest in re.findall(r"(?<![\w-])-([A-Za-z]+)"
                                    r"( +(?:\[(?!-)|[A-Za-z]))?", text):
        for letter in letters:
            found[letter] = found.get(letter, False) or rest != ""
    return found


def check_options(page):
    tool = page.stem
    code = code_options(tool)
    for place, have in ("page", page_options(page)), ("-h", usage_options(tool)):
        for letter in sorted((code.keys() | have.keys()) - {"h", "V"}):
            if letter not in have:
                print(f"{tool}: -{letter} is not in the {place}")
            elif letter not in code:
                print(f"{tool}: -{letter} is in the {place} only")
            elif code[letter] and not have[letter]:
                print(f"{tool}: -{letter} has no argument in the {place}")
    for letter in {"h", "V"} - page_options(page).keys():
        print(f"{tool}: -{letter} is not in the page")


def main():
    pages = sorted(TOP.glob("man/*.[0-9]"))
    tools = [page for page in pages if page.suffix == ".1"]
    if sys.argv[1] == "examples":
        for page in pages:
            check_examples(page)
    elif sys.argv[1] == "readme":
        check_readme()
    else:
        for page in tools:
            check_options(page)


main()
