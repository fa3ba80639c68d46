/* A carrier on node-smpp: says on standard output, a line of JSON each, what it hears, and does what
   it is told on standard input. Orders: answer (statuses for the next submits, -1 for none), mute (how many of
   the next submits get no answer), drop, deliver (a deliver_sm), receipts, bytes (sent as they are).
   With the files of a key and a certificate it speaks TLS only. */
const { readFileSync } = require("fs");
const smpp = require("smpp");

const say = (event, facts) => process.stdout.write(JSON.stringify({ event, ...facts }) + "\n");
const sessions = [];
const orders = { answers: [], muted: 0, refusals: [], receipts: null };
let count = 0;

const receipt = (session, pdu, id) => {
  const { stats = [], form = "text", as = "same", state = 2 } = orders.receipts;
  const stat = stats.shift() ?? orders.receipts.stat ?? "DELIVRD";
  const shown = as === "decimal" ? String(parseInt(id, 16)) : id;
  const words = `id:${shown} sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:${stat} err:000 text:Hello`;
  session.deliver_sm({
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
    short_message: form === "text" ? words : "",
    ...(form === "tlv" ? { receipted_message_id: shown, message_state: state } : {}),
  }, answer => say("answered", { status: answer.command_status, what: "receipt" }));
};

const [key, cert] = process.argv.slice(2).map(path => readFileSync(path));
const server = smpp.createServer(key ? { key, cert } : {}, session => {
  sessions.push(session);
  session.on("error", error => say("error", { words: error.message }));
  session.on("close", () => { sessions.splice(sessions.indexOf(session), 1); say("closed", {}); });
  for (const kind of ["transceiver", "transmitter", "receiver"]) session.on(`bind_${kind}`, pdu => {
    const status = orders.refusals.length ? orders.refusals.shift() : 0;
    session.send(pdu.response({ command_status: status, system_id: "peer" }));
    say("bind", { kind, system_id: pdu.system_id, password: pdu.password, status });
  });
  session.on("enquire_link", pdu => { session.send(pdu.response()); say("enquire", {}); });
  session.on("unbind", pdu => { session.send(pdu.response()); say("unbind", {}); });
  session.on("submit_sm", pdu => {
    const id = (0xA0000 + count++).toString(16).toUpperCase(), words = pdu.short_message;
    const status = orders.answers.length ? orders.answers.shift() : 0;
    const muted = status < 0 || (orders.muted > 0 && orders.muted-- > 0);
    say("submit", {
      id, status, muted, to: pdu.destination_addr, from: pdu.source_addr, ton: pdu.source_addr_ton,
      npi: pdu.source_addr_npi, words: words.message, udh: words.udh ? [...words.udh[0]] : null,
      coding: pdu.data_coding, esm_class: pdu.esm_class, validity: pdu.validity_period,
      report: pdu.registered_delivery, payload: pdu.message_payload?.message ?? null,
      sar: pdu.sar_total_segments ? [pdu.sar_msg_ref_num, pdu.sar_segment_seqnum, pdu.sar_total_segments] : null,
    });
    if (muted) return;
    session.send(pdu.response({ command_status: status, message_id: status ? "" : id }));
    if (!status && orders.receipts && pdu.registered_delivery) receipt(session, pdu, id);
  });
});

require("readline").createInterface({ input: process.stdin }).on("line", line => {
  const order = JSON.parse(line);
  if (order.answer) orders.answers.push(...order.answer);
  if (order.refuse) orders.refusals.push(...order.refuse);
  if (order.mute) orders.muted += order.mute;
  if (order.receipts !== undefined) orders.receipts = order.receipts;
  if (order.drop) sessions.slice().forEach(session => session.destroy());
  const header = order.deliver?.short_message?.udh;
  if (header) order.deliver.short_message.udh = Buffer.from(header);
  if (order.deliver) sessions[0].deliver_sm(order.deliver, answer =>
    say("answered", { status: answer.command_status, what: "deliver" }));
  if (order.bytes) sessions[0].socket.write(Buffer.from(order.bytes, "hex"));
}).on("close", () => process.exit());

server.listen(0, "127.0.0.1", () => say("ready", { port: server.address().port }));
