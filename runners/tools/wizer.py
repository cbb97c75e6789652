#!/usr/bin/env python3
"""Runs wizer in place of componentize-js, which would have it see where it works: folders that are named by chance.

What wizer bakes into the component is then the same on each machine: paths that we name, an environment of what it is told
about imports and exports, and whatever still.c holds still.
"""

import os
import sys

# What componentize-js tells the interpreter. Whatever else there is says something of this machine.
TOLD = ("DEBUG", "SOURCE_NAME", "FEATURE_", "EXPORT", "IMPORT")


def main():
    given, told = sys.argv[1:], sys.stdin.read()
    # `--dir=FOLDER` is where componentize-js keeps what it generated; `--mapdir=/::FOLDER` the source.
    named = {}
    for argument in given:
        if argument.startswith("--dir="):
            named[argument.removeprefix("--dir=")] = "/generated"
        elif argument.startswith("--mapdir=/::"):
            named[argument.removeprefix("--mapdir=/::")] = "/source"
    for folder, name in named.items():
        told = told.replace(folder + "/", name + "/")
        given = [f"--mapdir={name}::{folder}" if argument == f"--dir={folder}" else argument for argument in given]
    environment = {name: value for name, value in sorted(os.environ.items()) if name.startswith(TOLD)}
    environment |= {"LD_PRELOAD": os.environ["STILL"], "HOLD_STILL": "1"}
    # It keeps what it compiled, and the interpreter sees where.
    environment["XDG_CACHE_HOME"] = "/proc/self/cwd/cache"
    read, write = os.pipe()
    os.write(write, told.encode())
    os.close(write)
    os.dup2(read, 0)
    os.execve(os.environ["WIZER"], [os.environ["WIZER"], *given], environment)


main()
