"""placeholder"""


def page(trained, report, manifest):
    return ""
