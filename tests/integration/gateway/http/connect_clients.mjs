// Calls a service through the official clients of Connect and gRPC-Web; prints, for each of their transports, what it got.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";

const [address, contract] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(contract)));
const service = (name) => registry.getService(`fairlead.v1.${name}`);
const chosen = { baseUrl: `http://${address}`, httpVersion: "1.1" };
const transports = {
  "connect json": createConnectTransport({ ...chosen, useBinaryFormat: false }),
  "connect protobuf": createConnectTransport({ ...chosen, useBinaryFormat: true }),
  "connect get": createConnectTransport({ ...chosen, useHttpGet: true }),
  "grpc-web": createGrpcWebTransport(chosen),
};

for (const [name, transport] of Object.entries(transports)) {
  const workforce = createClient(service("WorkforceService"), transport);
  const routing = createClient(service("RoutingService"), transport);
  const got = { transport: name };
  got.reps = (await workforce.listReps({ parent: "tenants/default" })).reps.map((rep) => rep.displayName);
  try {
    await workforce.getRep({ name: "tenants/default/reps/nobody" });
  } catch (error) {
    const [info] = ConnectError.from(error).findDetails(registry.getMessage("google.rpc.ErrorInfo"));
    got.error = [Code[error.code], error.rawMessage, info.reason];
  }
  try {
    for await (const { resumeToken } of routing.watchWorkItems({ parent: "tenants/default" }, { timeoutMs: 500 })) {
      got.token = resumeToken !== "";
    }
  } catch (error) {
    got.ended = Code[error.code];
  }
  console.log(JSON.stringify(got));
}
process.exit(0);
