// Stands before a provider: answers the call for its schemas with FILE, and passes on all others.
//   node schemas.js OUR_SOCKET PROVIDER_SOCKET FILE    ends with standard input
const fs = require("node:fs");
const http2 = require("node:http2");
const net = require("node:net");

const CALL = "/tfplugin5.Provider/GetSchema";
const GRPC = { "content-type": "application/grpc" };
const PREFIX = 5; // before a message: a byte for compression, four for its length
const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM } = http2.constants;

const [ours, theirs, file] = process.argv.slice(2);
const schemas = fs.readFileSync(file);
const prefix = Buffer.alloc(PREFIX);
prefix.writeUInt32BE(schemas.length, 1);
const answer = Buffer.concat([prefix, schemas]);

function respond(stream) {
  stream.respond(GRPC, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(answer);
}

function pass(stream, headers, provider) {
  const call = provider.request(headers);
  let trailers = {};
  call.on("response", (response, flags) => {
    if (stream.destroyed) return;
    if (flags & NGHTTP2_FLAG_END_STREAM) {
      // An error, whose status is in the headers.
      stream.respond(response, { endStream: true });
      return;
    }
    stream.respond(response, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
  call.on("trailers", (received) => (trailers = received));
  call.on("error", () => stream.close(NGHTTP2_CANCEL));
  for (const end of ["aborted", "error"]) stream.on(end, () => call.close(NGHTTP2_CANCEL));
  stream.pipe(call);
}

const server = http2.createServer();
server.on("session", (terraform) => {
  // A connection for each, since the provider drops what a Terraform that was killed had begun.
  const createConnection = () => net.connect(theirs);
  const provider = http2.connect("http://localhost", { createConnection });
  provider.on("close", () => terraform.close());
  provider.on("error", () => terraform.destroy());
  terraform.on("close", () => provider.destroy());
  terraform.on("stream", (stream, headers) => {
    // A Terraform that was killed waits for no answer.
    stream.on("error", () => {});
    if (headers[":path"] === CALL) respond(stream);
    else pass(stream, headers, provider);
  });
});
server.listen(ours, () => process.stdout.write("ready\n"));
process.stdin.on("end", () => process.exit()).resume();
