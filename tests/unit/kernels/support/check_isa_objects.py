#!/usr/bin/env python3
"""Fails when an object file built with ISA flags defines a weak symbol.

The linker keeps one copy of a shared inline function; if that copy came from an AVX-512 file, older CPUs would crash
in unrelated code. Usage: check_isa_objects.py LIBRARY.a
"""

from __future__ import annotations

import re
import subprocess
import sys

ISA_OBJECT = re.compile(r"^(attention|linear|rows)_(avx2|avx512)\.cpp\.o:$")

# The address of the C++ exception handler, which sanitizers make GCC refer to: a pointer that is the same in each object.
HARMLESS = {"DW.ref.__gxx_personality_v0"}


def main() -> int:
    listing = subprocess.run(["nm", "-C", sys.argv[1]], check=True, capture_output=True, text=True).stdout
    current = ""
    seen: set[str] = set()
    problems: list[str] = []
    for line in listing.splitlines():
        if line.endswith(":"):
            match = ISA_OBJECT.match(line)
            current = line[:-1] if match else ""
            if match:
                seen.add(current)
        elif current and re.match(r"^[0-9a-f]* *[WVu] ", line):
            # Undefined weak symbols (w, v) of the compiler's runtime are not definitions.
            name = line.split(maxsplit=2)[-1]
            if name not in HARMLESS:
                problems.append(f"{current} defines a weak symbol: {name}")
    if len(seen) != 6:
        problems.append(f"expected 6 ISA objects, found {sorted(seen)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
