"""Run as a script, with no package imported: times a command and tells its peak.

A process begins with the peak of the one that starts it, so a small one has to.
"""

import json
import os
import subprocess
import sys
import time

if __name__ == "__main__":
    begun = time.perf_counter()
    process = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    found = {"seconds": seconds, "peak": usage.ru_maxrss * 1024, "code": process.returncode, "said": said[-2000:]}
    sys.stdout.write(json.dumps(found))
