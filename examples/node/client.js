"use strict";
// Give one lead an owner, and ask why: start `fairlead serve`, route the example with --server, then
//   fairlead contract contract && npm install && node client.js

const { randomUUID } = require("node:crypto");
const { call, connect, toStruct } = require("./fairlead.js");

const address = process.argv[2] ?? "127.0.0.1:50051";
const lead = { region: "上海", industry: "汽车", language: "zh", potential: 70, skills_needed: ["ERP"] };

async function main() {
  const decision = await call(connect("RoutingService", address), "RouteWorkItem", {
    parent: "tenants/default",
    workItem: { kind: "KIND_LEAD", source: "website", externalId: "form-4712", attributes: toStruct(lead) },
    requestId: randomUUID(), // repeat a call with the same one, and it is the same call
    view: "DECISION_VIEW_FULL",
  });
  console.log(`${decision.workItem} goes to ${decision.rep || "nobody"}: rule ${decision.matchedRules.join(", ")}`);
  for (const candidate of decision.candidates) {
    const whyNot = candidate.reasons.map((reason) => reason.text).join("; ");
    console.log(`  ${candidate.rep}: ${whyNot || `deficit ${candidate.deficitBefore.toFixed(2)}`}`);
  }
}

main().catch((error) => {
  console.error(error.details ?? error.message);
  process.exitCode = 1;
});
