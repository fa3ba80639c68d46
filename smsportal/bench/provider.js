/* A provider of the bench: Node's own HTTP server, in a process of its own, with its own ledger.
   Answers each text after as many milliseconds as it is told. On a line of input it says how many
   texts it took, how many of them twice, the most that were there at once, and when the first and
   the last came. */
const http = require("http");

const ANSWER_AFTER_MS = Number(process.argv[2]);
const ledger = new Map();
let taken = 0, twice = 0, open = 0, most = 0, firstAt = 0, lastAt = 0;

const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", piece => body += piece);
  request.on("end", () => {
    const { to } = JSON.parse(body), count = (ledger.get(to) ?? 0) + 1;
    ledger.set(to, count);
    taken++;
    twice += count === 2;
    most = Math.max(most, ++open);
    lastAt = Date.now();
    firstAt ||= lastAt;
    const id = taken.toString(16);
    setTimeout(() => {
      open--;
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ id }));
    }, ANSWER_AFTER_MS);
  });
});
server.keepAliveTimeout = 60_000;

require("readline").createInterface({ input: process.stdin })
  .on("line", () => console.log(JSON.stringify({ taken, twice, most, first_at: firstAt / 1000, last_at: lastAt / 1000 })))
  .on("close", () => process.exit());

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
