#!/usr/bin/env python3
"""timed.py NAME COMMAND...: runs it and prints NAME.wall, NAME.cpu (seconds) and NAME.peak (MiB)
as JSON lines; what the command says goes to standard error."""
import json
import resource
import subprocess
import sys
import time

name, command = sys.argv[1], sys.argv[2:]
begun = time.monotonic()
status = subprocess.call(command, stdout=sys.stderr)
wall = time.monotonic() - begun
used = resource.getrusage(resource.RUSAGE_CHILDREN)
for what, value, unit in (("wall", wall, "s"), ("cpu", used.ru_utime + used.ru_stime, "s"),
                          ("peak", used.ru_maxrss / 1024, "MiB")):
    print(json.dumps({"name": f"{name}.{what}", "value": round(value, 3), "unit": unit}))
sys.exit(status)
