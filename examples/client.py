"""Give one lead an owner, and ask why: start `fairlead serve`, route the example with --server, then run this."""

from __future__ import annotations

import sys

from fairlead.client import FairleadClient, FairleadError

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
lead = {"region": "上海", "industry": "汽车", "language": "zh", "potential": 70, "skills_needed": ["ERP"]}

try:
    with FairleadClient(address) as fairlead:
        decision = fairlead.route(lead, source="website", external_id="form-4711", full=True)
        print(f"{decision.work_item} goes to {decision.rep or 'nobody'}: rule {', '.join(decision.matched_rules)}")
        for candidate in decision.candidates:
            why_not = "; ".join(reason.text for reason in candidate.reasons)
            print(f"  {candidate.rep}: {why_not or f'deficit {candidate.deficit_before:+.2f}'}")
except FairleadError as error:
    sys.exit(f"{error}" + "".join(f"\n  {violation.field}: {violation.description}" for violation in error.violations))
