from __future__ import annotations

from fediverse_node.cli.demo_report import Report


def test_the_demo_says_what_was_skipped_and_what_verify_told() -> None:
    report = Report()
    report.check("it held", holds=True)
    assert "Skipped" not in report.text()
    assert "verify told" not in report.text()

    report.told.append("Row 2 must go.")
    report.skipped.append("Parquet.")
    report.check("it did not", holds=False)
    assert "verify told the lab:\n  Row 2 must go." in report.text()
    assert "Skipped: Parquet." in report.text()
    assert not report.held
