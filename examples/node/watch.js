"use strict";
// Follow every change of work items: node watch.js [HOST:PORT] [RESUME_TOKEN]; `start` as the token begins with the first one.

const { connect } = require("./fairlead.js");

const [address = "127.0.0.1:50051", resumeToken = ""] = process.argv.slice(2);

const changes = connect("RoutingService", address).WatchWorkItems({ parent: "tenants/default", resumeToken });
changes.on("data", ({ change, resumeToken: token }) => {
  const what = change ? `${change.workItem} ${change.decision?.rep || change.closed || "has no owner"}` : "watching";
  console.log(`${what}, go on from ${token}`); // keep the token once the change is dealt with
});
changes.on("error", (error) => {
  console.error(error.details);
  process.exitCode = 1;
});
