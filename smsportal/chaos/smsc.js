/* The carrier of the fault programme: node-smpp, with a ledger in a file, so that it outlives a kill
   as a real network's does. What it took is written down before it answers; a report is brought
   again until it is answered. Orders come as lines of JSON on standard input. */
const fs = require("fs"), crypto = require("crypto"), smpp = require("smpp");

const [port, file] = process.argv.slice(2);
// Far enough away that a kill finds texts on their way.
const ANSWER_AFTER_MS = 150, RECEIPT_AFTER_MS = 300, REPORT_AGAIN_AFTER_MS = 500;
const orders = { mute: 0, throttle: 0, receipts: "normal", holeUntil: 0 };
const pending = new Map();  // id -> what is still to be reported of it
let session = null, count = 0;

const write = facts => fs.appendFileSync(file, JSON.stringify(facts) + "\n");
if (fs.existsSync(file)) for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
  const { event, id, to, from, receipts } = JSON.parse(line);
  if (event === "taken" && receipts !== "never") pending.set(id, { to, from, receipts, due: 0, times: 0 });
  if (event === "reported") pending.delete(id);
}

const report = (on, id, what, told = () => {}) => on.deliver_sm({
  source_addr: what.to, destination_addr: what.from, esm_class: 4, short_message: "",
  receipted_message_id: id, message_state: 2,
}, answer => { if (answer.command_status === 0) told(); else what.due = Date.now() + REPORT_AGAIN_AFTER_MS; });

const isDeaf = () => Date.now() < orders.holeUntil;

setInterval(() => {
  if (!session || isDeaf()) return;
  for (const [id, what] of pending) if (what.due <= Date.now()) {
    what.due = Date.now() + 5000;  // unless it is answered before
    // Whoever hears it may say so, whether or not the answer comes back.
    if (!what.brought) write({ event: "brought", id });
    what.brought = true;
    report(session, id, what, () => {
      if (what.times++ === 0) write({ event: "reported", id });
      if (what.receipts === "twice" && what.times < 2) what.due = 0; else pending.delete(id);
    });
  }
}, 50);

const server = smpp.createServer({}, on => {
  on.on("error", () => {});
  on.on("close", () => { if (session === on) session = null; for (const what of pending.values()) what.due = 0; });
  on.on("bind_transceiver", pdu => { if (!isDeaf()) { on.send(pdu.response()); session = on; } });
  for (const kind of ["enquire_link", "unbind"]) on.on(kind, pdu => { if (!isDeaf()) on.send(pdu.response()); });
  on.on("submit_sm", pdu => {
    const to = pdu.destination_addr, from = pdu.source_addr, receipts = orders.receipts;
    if (orders.throttle > 0 && orders.throttle--) return on.send(pdu.response({ command_status: 0x58 }));
    const id = Date.now().toString(16) + (++count).toString(16).padStart(4, "0");
    write({ event: "taken", id, to, from, receipts });
    const what = { to, from, receipts, due: Date.now() + RECEIPT_AFTER_MS, times: 0 };
    if (receipts !== "never") pending.set(id, what);
    if (isDeaf() || (orders.mute > 0 && orders.mute--)) return;
    if (receipts === "first") what.due = 0;
    setTimeout(() => on.send(pdu.response({ message_id: id })), ANSWER_AFTER_MS);
  });
});

require("readline").createInterface({ input: process.stdin }).on("line", line => {
  const order = JSON.parse(line);
  if (order.mute) orders.mute += order.mute;
  if (order.throttle) orders.throttle += order.throttle;
  if (order.receipts) orders.receipts = order.receipts;
  if (order.hole_ms) orders.holeUntil = Date.now() + order.hole_ms;
  if (order.garbage && session) session.socket.write(crypto.randomBytes(order.garbage));
}).on("close", () => process.exit());

server.listen(Number(port), "127.0.0.1", () => write({ event: "up" }));
