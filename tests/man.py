# SPDX-License-Identifier: ISC
"""Compare the pages with the code, for man.t: say what differs, one a line."""

import errno
import os
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
    """Its commands: "$ " lines, or "# " for root, with their "> " lines."""
    literal, command = False, []
    for line in section(page, "EXAMPLES") + ["."]:
        line = line.replace("\\e", "\\").replace("\\&", "")
        if literal and line.startswith("> "):
            command.append(line[2:])
            continue
        if command:
            yield "\n".join(command)
        command = []
        if line.startswith((".Bd", ".Ed")):
            literal = line.startswith(".Bd -literal")
        elif literal and line.startswith(("$ ", "# ")):
            command = [line[2:]]


def run_examples():
    """All that stands in a here-document behind "example" in the tests, those
    in the virtual machine included."""
    found = ""
    for test in [*TOP.glob("tests/*.t"), *TOP.glob("tests/vm/*")]:
        if not test.is_file():
            continue
        begun, body = False, None
        for line in test.read_text(errors="replace").splitlines():
            line = line.lstrip("\t")
            begun = begun or line.startswith("example ")
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


def check_readme(pages):
    """Its indented lines, behind the drawing, are examples of the pages; but
    for make, which CI runs.  What is indented more goes on with the line.  Its
    script is the one that the bundle of pipeline.t starts with."""
    known = {re.sub(r"\s+", " ", command)
             for page in pages for command in examples(page)}
    text = (TOP / "README.md").read_text().split("\n## ", 1)[1]
    launch = (TOP / "man/bottle-launch.1").read_text()
    for script in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        if script not in launch:
            print("README.md: not as in bottle-launch.1:", script)
    for command in re.findall(r"^    [^ #].*(?:\n     .*)*", text, re.M):
        command = re.sub(r"\s+", " ", command.strip())
        if command not in known and not command.startswith("make "):
            print(f"README.md: not an example of a page: {command}")


# What a message has in place of what only the moment of printing tells.
GAP = "\0"
# What another system says.
MACOS = "Can't assign requested address"


def messages():
    """The code, in one line, with a gap for each thing that is put in."""
    text = "".join(file.read_text() for place in ("bin/*", "lib/*/*.c")
                   for file in TOP.glob(place)
                   if file.suffix == ".c" or file.read_bytes()[:1] == b"#")
    text = re.sub(r'"\s*(\w+\s+)?"|\\\n', "", text)
    text = re.sub(r"%(\.\*|[lz])?[a-z]|\$(\w+|{[^}]*}|\([^)]*\))", GAP, text)
    text = re.sub(r"\s+", " ", text.replace("\\", ""))
    return "\n".join([text, *map(os.strerror, errno.errorcode), MACOS])


def printed(text, code):
    """Is that in the code, perhaps with gaps for names and numbers?  Or are
    both halves, of which one is put into the other?"""
    words = [rf"(?:{re.escape(word)}|[^ ]*{GAP}[^ ]*)"
             if re.search(r"[\d_]|^\W+$|^(dev|web|exited|pid)\b", word)
             else re.escape(word) for word in text.split()]
    if re.search(" ".join(words), code):
        return True
    for cut in range(1, len(words)):
        one, two = " ".join(words[:cut]), " ".join(words[cut:])
        if (re.search(f"{one} {GAP}", code) and re.search(two, code) or
                re.search(f"{GAP} {two}", code) and re.search(one, code)):
            return True
    return False


def check_diagnostics(page, code):
    """Each part of a message, between colons, semicolons and dots, is in the
    code."""
    for item in section(page, "DIAGNOSTICS"):
        if not item.startswith(".It "):
            continue
        item = item[4:].strip('"').replace("\\(dq", '"').replace("\\&", "")
        for part in re.split(r"[:;](?= |$)|\.\.\.", item):
            if len(part.split()) > 1 and not printed(part, code):
                print(f"{page.name}: not printed: {part.strip()}")


def code_options(tool):
    """What its getopt string has: {letter: does it take an argument}."""
    source = TOP / "bin" / f"{tool}.c"
    if source.exists():
        string = re.search(r'"\+" ARGS_COMMON\s+"([^"]*)"', source.read_text())
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
        check_readme(pages)
    elif sys.argv[1] == "diagnostics":
        code = messages()
        for page in tools:
            check_diagnostics(page, code)
    else:
        for page in tools:
            check_options(page)


main()
