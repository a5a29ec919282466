"""The gate's verdict as JUnit XML, which CI servers read."""

import re
from xml.etree import ElementTree

from strata.gate.report import Report


def junit(verdict: Report) -> str:
    """The verdict: a test case for itself, one for each finding and each waiver."""
    count, skipped = len(verdict.findings), len(verdict.waivers)
    counts = {
        "tests": str(count + skipped + 1), "failures": str(count), "errors": "0", "time": "0",
    }  # fmt: skip
    # Only a suite counts what was skipped: Jenkins' xUnit plugin refuses it above (junit-10.xsd).
    root = ElementTree.Element("testsuites", counts, name="strata gate")
    suite = ElementTree.SubElement(
        root, "testsuite", counts, name="strata gate", skipped=str(skipped)
    )
    judged = ElementTree.SubElement(
        suite, "testcase", name=f"judged {', '.join(verdict.environments)}",
        classname="strata.gate", time="0",
    )  # fmt: skip
    if verdict.warnings:
        ElementTree.SubElement(judged, "system-out").text = "\n".join(verdict.warnings)
    for one in verdict.findings:
        where = f"{one.file}:{one.line} {one.key}" if one.file else one.key
        case = ElementTree.SubElement(
            suite, "testcase", time="0", classname=f"strata.gate.{one.layers[0]}",
            name=f"{', '.join(one.environments)}: {one.key or one.constructs[0]} "
            f"({', '.join(one.checks)})",
        )  # fmt: skip
        failure = ElementTree.SubElement(case, "failure", message=one.protects, type=one.severity)
        lines = [where, ", ".join(one.constructs), f"right: {one.right}", one.more]
        failure.text = "\n".join(line for line in lines if line)
    for waiver in verdict.waivers:
        # Another waiver may be of the same resource elsewhere; a server shows a name once.
        places = waiver.stages or waiver.environments
        where = f" in {', '.join(places)}" if places else ""
        case = ElementTree.SubElement(
            suite, "testcase", name=f"{waiver.check} {waiver.resource}{where}", time="0",
            classname=f"strata.gate.{waiver.resource.partition('/')[0]}",
        )  # fmt: skip
        ElementTree.SubElement(
            case,
            "skipped",
            message=f"waived by {waiver.owner} to {waiver.expires}: {waiver.reason}",
        )
    _escape(root)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""


def _escape(root: ElementTree.Element) -> None:
    """Write what no XML may hold as JSON would, such as \\u0000."""

    def legal(text: str) -> str:
        return _NOT_XML.sub(lambda one: f"\\u{ord(one[0]):04x}", text)

    for element in root.iter():
        element.text = element.text and legal(element.text)
        for name, value in element.items():
            element.set(name, legal(value))
