// Speaks the provider's protocol (gRPC over a socket), of which `terraform show` needs one call.
//   ask SOCKET FILE     writes what the provider at SOCKET answers to that call to FILE
//   serve SOCKET FILE   answers that call at SOCKET with FILE, until standard input ends
const fs = require("node:fs");
const http2 = require("node:http2");
const net = require("node:net");

const CALL = "/tfplugin5.Provider/GetSchema";
const GRPC = { "content-type": "application/grpc" };
const UNIMPLEMENTED = "12";
const PREFIX = 5; // before each message: a byte for compression, four for its length

function message(content) {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

function ask(socket, file) {
  const session = http2.connect("http://localhost", { createConnection: () => net.connect(socket) });
  const stream = session.request({ ...GRPC, ":method": "POST", ":path": CALL, te: "trailers" });
  const chunks = [];
  let status;
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("trailers", (trailers) => (status = trailers["grpc-status"]));
  stream.on("end", () => {
    const answer = Buffer.concat(chunks);
    const whole = answer.length >= PREFIX && answer.length === PREFIX + answer.readUInt32BE(1);
    if (status !== "0" || answer[0] !== 0 || !whole) throw new Error(`no answer: status ${status}`);
    fs.writeFileSync(file, answer.subarray(PREFIX));
    session.close();
  });
  stream.end(message(Buffer.alloc(0)));
}

function serve(socket, file) {
  const server = http2.createServer();
  server.on("stream", (stream, headers) => {
    if (headers[":path"] !== CALL) {
      // What Terraform asks besides, it can do without.
      stream.respond({ ...GRPC, "grpc-status": UNIMPLEMENTED }, { endStream: true });
      return;
    }
    stream.respond(GRPC, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // Written when the plan is there, which this does not wait for.
    stream.end(message(fs.readFileSync(file)));
  });
  server.listen(socket, () => process.stdout.write("ready\n"));
  // Whoever started it has ended, in whatever way.
  process.stdin.on("end", () => process.exit()).resume();
}

const [how, socket, file] = process.argv.slice(2);
({ ask, serve })[how](socket, file);
