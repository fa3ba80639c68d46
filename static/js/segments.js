/* How a text becomes parts, and its one-click repair: the twin of messaging/text/segments.py and
   repair.py. Both are checked against messaging/text/corpus.json. The server counts again when a
   text is sent, and its count is the one that is charged. */
(() => {
  "use strict";

  const BASIC = new Set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ" +
      "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
  );
  const EXTENSION = new Set("\f^{}\\[~]|€");

  /* { encoding, units, parts, remaining, room, fills, forcing }: units used in each part are in
     `fills`; `forcing` are the characters that make the text UCS-2, each once. */
  window.smsMeasure = (text) => {
    const characters = [...text];
    const forcing = [...new Set(characters.filter((c) => !BASIC.has(c) && !EXTENSION.has(c)))];
    const wide = forcing.length > 0;
    const sizes = characters.map((c) => (wide ? c.length : EXTENSION.has(c) ? 2 : 1));
    const units = sizes.reduce((sum, size) => sum + size, 0);
    const alone = wide ? 70 : 160;
    const room = units <= alone ? alone : wide ? 67 : 153;
    const fills = text === "" ? [] : [0];
    for (const size of sizes) {
      /* An escape pair or a surrogate pair is never divided between two parts. */
      if (fills.at(-1) + size > room) fills.push(0);
      fills[fills.length - 1] += size;
    }
    const remaining = room - (fills.at(-1) ?? 0);
    const encoding = wide ? "UCS-2" : "GSM-7";
    return { encoding, units, parts: fills.length, remaining, room, fills, forcing };
  };

  const REPAIRS = new Map();
  for (const [characters, plain] of [
    ["\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"],
    ["\u2026", "..."],
    ["\u2018\u2019\u201a\u201b", "'"],
    ["\u201c\u201d\u201e\u201f", '"'],
    ["\t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f", " "],
    ["\u00ad\u180e\u200b\u200c\u200d\u2028\u2029\u2060\ufeff", ""],
    ["\u0141", "L"],
    ["\u0142", "l"],
  ]) {
    for (const character of characters) REPAIRS.set(character, plain);
  }
  /* A joiner before an emoji or a letter of another script holds one picture or one word together. */
  const JOINERS =
    "[\\u200c\\u200d](?![\\u0590-\\u1fff\\u2190-\\u2bff\\u3040-\\ud7ff\\ufe0f\\u{10000}-\\u{10ffff}])";
  const OTHERS = [...REPAIRS.keys()].filter((c) => c !== "\u200c" && c !== "\u200d").join("");
  const ACCENTS = "[A-Za-z][\\u0300-\\u036f]+"; /* as a Mac writes them: letter and accent apart */
  const REPAIRABLE = `${ACCENTS}|[${OTHERS}]|${JOINERS}`;
  const LETTERS = "[\\u00a1-\\u024f\\u1e00-\\u1eff]";
  const isOrdinary = (text) => [...text].every((c) => BASIC.has(c) || EXTENSION.has(c));

  const plainLetter = (letter, accents) => {
    const composed = letter.normalize("NFC");
    if (isOrdinary(composed)) return composed;
    const base = letter.normalize("NFD")[0];
    return accents && isOrdinary(base) ? base : letter;
  };

  /* { text, changes: [{ before, after, count }] }; `accents` also takes base letters, which is
     for the person to say: names and Welsh need theirs. */
  window.smsRepair = (text, accents = false) => {
    const counts = new Map();
    const change = (before) => {
      const after = REPAIRS.get(before) ?? plainLetter(before, accents);
      if (after !== before) {
        const seen = counts.get(before) ?? { before, after, count: 0 };
        counts.set(before, { ...seen, count: seen.count + 1 });
      }
      return after;
    };
    const repairable = new RegExp(accents ? `${REPAIRABLE}|${LETTERS}` : REPAIRABLE, "gu");
    const repaired = text.replace(repairable, change);
    return { text: repaired, changes: [...counts.values()] };
  };
})();
