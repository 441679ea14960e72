"""Counts the tests of the runner's reports: count.py FOLDER NAME=EXIT-CODE ...; NAME:tests=EXIT-CODE
where the step ran tests and so must have left the report NAME.xml in FOLDER.

A step with a report counts by its tests; an ignored test counts as failed. A step that ended badly without a test that
says so, or whose report is missing, broken or empty, counts as one failure, and so does a failed step without tests.
The last line is `N passed, N failed`; the exit code is 1 unless nothing failed and something passed.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def read(report):
    """The numbers of tests that passed, failed and were ignored, and the names of the latter two."""
    passed, failed, ignored = 0, [], []
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}: {case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None:
            ignored.append(name)
        else:
            passed += 1
    return passed, failed, ignored


def main(folder, steps):
    total_passed, total_failed = 0, 0
    for step in steps:
        name, status = step.rsplit("=", 1)
        name, _, kind = name.partition(":")
        passed, failed, ignored, note = 0, [], [], ""
        if kind == "tests":
            try:
                passed, failed, ignored = read(Path(folder) / f"{name}.xml")
                if passed + len(failed) + len(ignored) == 0:
                    failed, note = [name], "the report has no tests"
            except (OSError, ElementTree.ParseError) as error:
                failed, note = [name], f"no report: {error}"
        if status != "0" and not failed:
            failed, note = [name], f"exit code {status}"
        print(f"{name}: {passed} passed, {len(failed)} failed, {len(ignored)} ignored {note}".rstrip())
        for test in [] if note else failed:
            print(f"  failed: {test}")
        for test in ignored:
            print(f"  ignored, so failed: {test}")
        total_passed += passed
        total_failed += len(failed) + len(ignored)
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 and total_passed > 0 else 1


sys.exit(main(sys.argv[1], sys.argv[2:]))
