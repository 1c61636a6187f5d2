"use strict";
// Fairlead's services for Node. Write the contract beside this file first: fairlead contract contract

const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const OPTIONS = {
  "grpc.max_receive_message_length": 16 * 1024 * 1024, // a batch of full decisions can be larger than gRPC's 4 MB
  "grpc.keepalive_time_ms": 10_000, // the most often that the service allows
  "grpc.keepalive_permit_without_calls": 1,
};

const definition = protoLoader.loadSync(["fairlead/v1/routing.proto", "fairlead/v1/decisions.proto"], {
  includeDirs: [path.join(__dirname, "contract")],
  defaults: true,
  enums: String,
  longs: String,
  oneofs: true,
});
const services = grpc.loadPackageDefinition(definition).fairlead.v1;

/** Returns a service at HOST:PORT, such as "RoutingService". */
function connect(service, address) {
  return new services[service](address, grpc.credentials.createInsecure(), OPTIONS);
}

/** Calls a method and returns a promise of its answer. */
function call(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** Returns attributes as a google.protobuf.Struct. Without it a plain object arrives EMPTY, and nothing says so. */
function toStruct(attributes) {
  return { fields: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toValue(value)])) };
}

function toValue(value) {
  if (value === null || value === undefined) return { nullValue: "NULL_VALUE" };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } };
  throw new TypeError(`${value}: an attribute is a text, a number, a boolean or a list of texts; a date is a text, 2026-05-01`);
}

module.exports = { call, connect, toStruct };
