/* The carrier of the bench: node-smpp, in a process of its own, with its own ledger. Answers each
   submit at once and reports it delivered two seconds later; a report that is answered with an
   error comes again a second later, as from every carrier. On a line of input it says how many
   texts it took, how many of them twice, and how many reports it had to bring again. */
const smpp = require("smpp");

const RECEIPT_AFTER_MS = Number(process.argv[2] ?? 2000);
const REPORT_AGAIN_AFTER_MS = 1000;
const ledger = new Map();
let count = 0, lastAt = 0, reported = 0, again = 0;

const server = smpp.createServer({}, session => {
  const waiting = [];  // [when, the submit, its id], in order
  const timer = setInterval(() => {
    const now = Date.now();
    while (waiting.length && waiting[0][0] <= now) {
      const [, pdu, id] = waiting.shift();
      reported++;
      session.deliver_sm({
        source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
        receipted_message_id: id, message_state: 2, short_message: "",
      }, answer => {
        if (answer.command_status === 0) return;
        again++;
        waiting.push([Date.now() + REPORT_AGAIN_AFTER_MS, pdu, id]);
      });
    }
  }, 20);
  session.on("error", () => {});
  session.on("close", () => clearInterval(timer));
  for (const kind of ["transceiver", "transmitter", "receiver"]) session.on(`bind_${kind}`, pdu => session.send(pdu.response()));
  for (const kind of ["enquire_link", "unbind"]) session.on(kind, pdu => session.send(pdu.response()));
  session.on("submit_sm", pdu => {
    const id = (++count).toString(16);
    ledger.set(pdu.destination_addr, (ledger.get(pdu.destination_addr) ?? 0) + 1);
    lastAt = Date.now();
    session.send(pdu.response({ message_id: id }));
    waiting.push([lastAt + RECEIPT_AFTER_MS, pdu, id]);
  });
});

require("readline").createInterface({ input: process.stdin }).on("line", () => {
  const twice = [...ledger.values()].filter(n => n > 1).length;
  console.log(JSON.stringify({ taken: count, people: ledger.size, twice, reported, again, last_at: lastAt / 1000 }));
}).on("close", () => process.exit());

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
