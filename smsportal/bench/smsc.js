/* The carrier of the bench: node-smpp, in a process of its own, with its own ledger. Answers each
   submit at once and reports it delivered two seconds later; a report that is answered with an
   error comes again a second later, as from every carrier. On a line of input, the digits with which
   numbers begin, it says how many texts to them it took, how many of them twice, and when the last
   came; and how many reports it had to bring again. */
const smpp = require("smpp");

const RECEIPT_AFTER_MS = Number(process.argv[2] ?? 2000);
const REPORT_AGAIN_AFTER_MS = 1000;
const ledger = new Map();
let count = 0, reported = 0, again = 0;

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
    const texts = ledger.get(pdu.destination_addr) ?? { count: 0 };
    texts.count++;
    texts.at = Date.now();
    ledger.set(pdu.destination_addr, texts);
    session.send(pdu.response({ message_id: id }));
    waiting.push([texts.at + RECEIPT_AFTER_MS, pdu, id]);
  });
});

require("readline").createInterface({ input: process.stdin }).on("line", digits => {
  let taken = 0, people = 0, twice = 0, lastAt = 0;
  for (const [number, texts] of ledger) if (number.startsWith(digits)) {
    people++;
    taken += texts.count;
    twice += texts.count > 1;
    lastAt = Math.max(lastAt, texts.at);
  }
  console.log(JSON.stringify({ taken, people, twice, reported, again, last_at: lastAt / 1000 }));
}).on("close", () => process.exit());

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
