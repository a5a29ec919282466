"""The gate's verdict as JUnit XML, which CI servers read."""

import re
from xml.etree import ElementTree

from strata.gate.report import Report
from strata.text.words import counted


def junit(verdict: Report) -> str:
    """The verdict: a test case for the verdict itself, for each finding and for each waiver.

    What could not be judged is an error of the first.
    """
    count, skipped = len(verdict.findings), len(verdict.waivers)
    counts = {
        "tests": str(count + skipped + 1), "failures": str(count),
        "errors": "1" if verdict.unjudged else "0", "time": "0",
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
    if verdict.unjudged:
        words = f"{counted(len(verdict.unjudged), 'place')} not judged"
        error = ElementTree.SubElement(judged, "error", message=words, type="no verdict")
        error.text = "\n".join(verdict.unjudged)
    if verdict.warnings:
        ElementTree.SubElement(judged, "system-out").text = "\n".join(verdict.warnings)
    for finding in verdict.findings:
        where = f"{finding.file}:{finding.line} {finding.key}" if finding.file else finding.key
        case = ElementTree.SubElement(
            suite, "testcase", time="0", classname=f"strata.gate.{finding.layers[0]}",
            name=f"{', '.join(finding.environments)}: {finding.key or finding.constructs[0]} "
            f"({', '.join(finding.checks)})",
        )  # fmt: skip
        failure = ElementTree.SubElement(
            case, "failure", message=finding.protects, type=finding.severity
        )
        lines = [where, ", ".join(finding.constructs), f"right: {finding.right}", finding.more]
        failure.text = "\n".join(line for line in lines if line)
    for waiver in verdict.waivers:
        # Another waiver may be for the same resource elsewhere; a server shows a name once.
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
    # In ASCII, as the other forms: a terminal or a pipe may have another encoding than a file.
    content: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True)
    return content.decode() + "\n"


_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot represent (section 2.2)."""


def _escape(root: ElementTree.Element) -> None:
    """Write characters that XML may not contain as JSON would, such as \\u0000."""

    def legal(text: str) -> str:
        return _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)

    for element in root.iter():
        element.text = element.text and legal(element.text)
        for name, value in element.items():
            element.set(name, legal(value))
