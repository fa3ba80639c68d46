/* People with phones: node-smpp as a carrier that brings texts and takes none. On a line of input,
   "count a-second", it brings so many to the short code, evenly, each with its number in it, and
   says when each tenth of a second's were handed over and how many were answered with success. */
const smpp = require("smpp");

const KEYWORDS = ["HELP", "HELP", "HELP", "HELP", "MAILED"];  // every tenth goes to a virtual number
let session;

const server = smpp.createServer({}, bound => {
  session = bound;
  bound.on("error", () => {});
  for (const kind of ["transceiver", "transmitter", "receiver"]) bound.on(`bind_${kind}`, pdu => bound.send(pdu.response()));
  for (const kind of ["enquire_link", "unbind"]) bound.on(kind, pdu => bound.send(pdu.response()));
});

require("readline").createInterface({ input: process.stdin }).on("line", line => {
  const [count, aSecond, code, number] = line.split(" ");
  const total = Number(count), step = Number(aSecond) / 10, sent = [];
  let n = 0, taken = 0;
  const timer = setInterval(() => {
    for (let k = 0; k < step && n < total; k++, n++) {
      const toNumber = n % 10 === 9;
      session.deliver_sm({
        source_addr_ton: 1, source_addr: String(447400000000 + n),
        dest_addr_ton: toNumber ? 1 : 3, destination_addr: toNumber ? number : code,
        short_message: toNumber ? `Yes, ${n}` : `OXFORD ${KEYWORDS[n % KEYWORDS.length]} text ${n}`,
      }, answer => {
        taken += answer.command_status === 0;
        if (taken === total) console.log(JSON.stringify({ sent, taken }));
      });
    }
    sent.push([n, Date.now() / 1000]);
    if (n === total) clearInterval(timer);
  }, 100);
}).on("close", () => process.exit());

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
