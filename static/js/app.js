/* SMS Portal: small, optional behaviour. Every page works without this file.
   Each block looks for its own data-* hook and does nothing when it is absent.
   wire() runs once for the page and again for each piece that htmx puts in. */
(() => {
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...(r.matches?.(s) ? [r] : []), ...r.querySelectorAll(s)];
  const plural = (n, one, many) => n.toLocaleString("en-GB") + " " + (n === 1 ? one : many);
  document.documentElement.classList.add("js");

  /* Money is tenths of a penny, exact, in the words of smsportal/lib/words.py. */
  const money = tenths => {
    if (tenths > 0 && tenths < 1000) return `${tenths / 10}p`;
    const pence = String(Math.floor(tenths % 1000 / 10)).padStart(2, "0"), tenth = tenths % 10;
    return `£${Math.floor(tenths / 1000).toLocaleString("en-GB")}.${pence}${tenth || ""}`;
  };

  /* ((field)) becomes its value; ((field??words)) the words when the value is yes. Names match without case, spaces, _ and -.
     Unknown and empty fields stay, so they are seen. */
  const key = name => name.toLowerCase().replace(/[\s_-]/g, "");
  const fill = (text, values) => {
    const known = Object.fromEntries(Object.entries(values).map(([name, value]) => [key(name), value]));
    return text.replace(/\(\(([^()?]+)(?:\?\?([^()]*))?\)\)/g, (all, name, words) => {
      const value = known[key(name)];
      if (value === undefined || words === undefined && !value.trim()) return all;
      return words === undefined ? value : /^(yes|y|true|t|1|include|show)$/i.test(value.trim()) ? words : "";
    });
  };

  const wire = root => {
    /* Error summary takes focus so that it is read first. */
    $(".error-summary", root)?.focus();

    /* Appearance: seen at once, and kept by the server's cookie. */
    $$("[data-appearance]", root).forEach(form => form.addEventListener("change", e => {
      if (e.target.value === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = e.target.value;
      fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    }));

    /* Tabs: turns jump links into an ARIA tab set. */
    $$("[data-tabs]", root).forEach(box => {
      const tabs = $$(".tab", box), panels = tabs.map(t => $(t.hash));
      box.setAttribute("role", "tablist");
      const show = (n, focus) => tabs.forEach((t, i) => {
        t.setAttribute("aria-selected", i === n); t.tabIndex = i === n ? 0 : -1; panels[i].hidden = i !== n;
        if (i === n && focus) t.focus();
      });
      tabs.forEach((t, i) => {
        t.setAttribute("role", "tab"); t.setAttribute("aria-controls", panels[i].id); t.id ||= "tab-" + panels[i].id;
        panels[i].setAttribute("role", "tabpanel"); panels[i].setAttribute("aria-labelledby", t.id);
        t.addEventListener("click", e => { e.preventDefault(); show(i); });
        t.addEventListener("keydown", e => {
          const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[e.key];
          if (to !== undefined) { e.preventDefault(); show((to + tabs.length) % tabs.length, true); }
          if (e.key === " ") { e.preventDefault(); show(i); }
        });
      });
      const wrong = panels.findIndex(p => $(".field--bad", p));
      show(Math.max(0, wrong >= 0 ? wrong : tabs.findIndex(t => t.hasAttribute("data-start") || t.hash === location.hash)));
    });

    /* Counting while writing. segments.js has the rules; the server counts again and its answer is the one that is billed. */
    if (window.smsMeasure) $$("[data-sms]", root).forEach(area => {
      const box = $(area.dataset.sms), facts = () => $(area.dataset.facts)?.dataset || area.dataset;
      const set = (name, value) => $$(`[data-out="${name}"]`).forEach(o => { o.textContent = value; });
      const update = () => {
        /* The facts may be swapped by htmx, so they are read each time. values: of the longest person; shown: of the one on the phone. */
        const { values = "{}", shown = values, price = 0, people = 1 } = facts();
        const text = fill(area.value, JSON.parse(values));
        const m = window.smsMeasure(text), n = m.parts, wide = m.forcing.length > 0, sum = parts => money(parts * people * price);
        set("used", m.units); set("left", m.remaining); set("texts", plural(n, "text", "texts")); set("n", n);
        set("total", plural(n * people, "text", "texts")); set("cost", sum(n));
        set("why", n < 2 ? "How texts are counted" : `Why ${n} texts?`);
        const meter = $(".parts", box);
        if (meter) {
          meter.replaceChildren(...m.fills.slice(0, 10).map(f => Object.assign(document.createElement("progress"), { max: m.room, value: f })));
          $$("progress", meter).forEach((p, i) => p.setAttribute("aria-label", `Text ${i + 1}`));
        }
        const odd = $("[data-odd]", box);
        if (odd) {
          odd.hidden = !wide; $$("[data-odd-list]", odd).forEach(o => { o.textContent = m.forcing.slice(0, 8).join("  "); });
          const plain = wide ? window.smsMeasure(window.smsRepair(text).text).parts : n, dearer = $("[data-odd-cost]", odd);
          if (dearer) dearer.textContent = plain < n && people > 0 ? `That is ${plural(n, "text", "texts")} each and not ${plain}: ${sum(n)} and not ${sum(plain)}.` : "";
          const fix = $("[data-fix-odd]", odd);
          if (fix && wide) fix.hidden = !window.smsRepair(area.value).changes.length;
        }
        const seen = fill(area.value, JSON.parse(shown));
        $$("[data-preview]").forEach(p => { p.textContent = seen || "Your message will appear here."; });
      };
      area.addEventListener("input", update); area.addEventListener("recount", update); update();
      $("[data-fix-odd]", box)?.addEventListener("click", e => {
        e.preventDefault(); area.value = window.smsRepair(area.value).text; area.dispatchEvent(new Event("input", { bubbles: true })); area.focus();
      });
    });
    if (root !== document) $$("[data-values]", root).forEach(() => $$("[data-sms]").forEach(area => area.dispatchEvent(new Event("recount"))));

    /* Template picker: puts the chosen words in the message box. */
    $$("[data-template-for]", root).forEach(sel => sel.addEventListener("change", () => {
      const area = $(sel.dataset.templateFor), text = sel.selectedOptions[0].dataset.text;
      if (text) { area.value = text; area.dispatchEvent(new Event("input", { bubbles: true })); area.focus(); }
    }));

    /* Insert a field such as ((first name)) where the cursor is. */
    $$("[data-insert]", root).forEach(b => b.addEventListener("click", () => {
      const area = $(b.dataset.into);
      area.setRangeText(b.dataset.insert, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true })); area.focus();
    }));

    /* Sender: the phone preview shows who the text comes from. */
    $$("[name=sender][data-label]", root).forEach(r => r.addEventListener("change", () => $$("[data-from]").forEach(o => { o.textContent = r.dataset.label; })));

    /* Rows: tick all, and the bulk bar. */
    $$("[data-rows]", root).forEach(table => {
      const all = $("[data-all]", table), rows = $$("tbody input[type=checkbox]", table), bar = $(table.dataset.rows);
      const update = () => {
        const n = rows.filter(r => r.checked).length;
        if (all) { all.checked = n > 0 && n === rows.length; all.indeterminate = n > 0 && n < rows.length; }
        if (bar) { bar.hidden = n === 0; $("[data-n]", bar).textContent = `${n} selected`; }
      };
      all?.addEventListener("change", () => { rows.forEach(r => { r.checked = all.checked; }); update(); });
      rows.forEach(r => r.addEventListener("change", update)); update();
    });

    /* Undo bar: counts down to the real start, which the server keeps, then looks again. */
    $$("[data-undo]", root).forEach(box => {
      const total = Number(box.dataset.undoOf || box.dataset.undo), end = Date.now() + Number(box.dataset.undo) * 1000, go = $(".go", box);
      const tick = () => {
        const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
        $$("[data-left]", box).forEach(o => { o.textContent = left; });
        go?.setAttribute("stroke-dashoffset", 100 - left / total * 100);
        if (left) setTimeout(tick, 250); else if (!window.htmx) location.reload();  /* htmx takes the bar away by itself */
      };
      tick();
    });

    /* Alpha tag: the same rules as the server, shown while typing. */
    $$("[data-tag-rules]", root).forEach(input => {
      const list = $(input.dataset.tagRules);
      const update = () => {
        for (const [name, holds] of Object.entries(TAG_RULES)) {
          const li = list && $(`[data-rule="${name}"]`, list);
          if (!li) continue;
          li.dataset.ok = holds(input.value) ? "yes" : "no";
          $(".vh", li).textContent = holds(input.value) ? "Passed: " : "Not passed: ";
        }
        const n = $("[data-rule-length]");
        if (n) n.textContent = input.value.length;
        $$("[data-tag-shown]").forEach(o => { o.textContent = input.value || "(none)"; });
      };
      input.addEventListener("input", update); update();
    });

    /* What a form sends by itself may overtake, or be overtaken by, what its buttons send: each says when it was sent. */
    $$("[data-turn]", root).forEach(input => {
      const next = () => {
        const [page, last] = input.value.split(":");
        return input.value = `${page}:${Math.max(Number(last) + 1, Date.now())}`;
      };
      input.form.addEventListener("submit", next);
      input.form.addEventListener("htmx:configRequest", e => { if (e.detail.elt === input.form) e.detail.parameters.turn = next(); });
    });

    /* Copy what is shown once. */
    $$("[data-copy]", root).forEach(b => b.addEventListener("click", async () => {
      await navigator.clipboard.writeText($(b.dataset.copy).innerText.trim()); $("span", b).textContent = "Copied";
    }));
  };

  const TAG_RULES = {
    length: t => t.length >= 3 && t.length <= 11, chars: t => /^[A-Za-z0-9 -]*$/.test(t), first: t => !/^[0-9]/.test(t), letter: t => /[A-Za-z]/.test(t),
    spaces: t => t === t.trim() && !t.includes("  "), word: t => !/^(alert|info|verify|sms|delivery|update|test|test-sms|message|text)$/i.test(t),
  };

  wire(document);
  /* htmx says "load" for the body once at the start, which is wired already. */
  document.addEventListener("htmx:load", e => { if (e.detail.elt !== document.body) wire(e.detail.elt); });

  /* A page that looks again by itself leaves alone what somebody is pressing: a link that is swapped between down and up is
     never followed. It looks again soon. */
  let isPressed = false;
  addEventListener("pointerdown", () => { isPressed = true; });
  for (const end of ["pointerup", "pointercancel", "dragend"]) addEventListener(end, () => { isPressed = false; });
  /* In a tab that nobody sees it does not ask. */
  document.addEventListener("htmx:beforeRequest", e => {
    if (document.hidden && e.detail.elt.getAttribute("hx-trigger")?.startsWith("every")) e.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", e => {
    /* Signed out meanwhile: the answer is the sign-in page, and what is being typed here stays. */
    const isElsewhere = new URL(e.detail.xhr.responseURL).pathname !== location.pathname;
    if ((isPressed || isElsewhere) && e.detail.elt.getAttribute("hx-trigger")?.startsWith("every")) e.detail.shouldSwap = false;
  });

  /* A passkey that was refused or called off: say so, since allauth's script only tells the console. */
  document.addEventListener("allauth.error", e => { e.preventDefault(); $$("[data-passkey-problem]").forEach(p => { p.hidden = false; }); });

  /* Close an open menu with Escape or a click elsewhere. */
  addEventListener("keydown", e => {
    /* A search inside a form finds by itself; Enter must not press the form's first button. */
    if (e.key === "Enter" && e.target.matches("input[type=search][hx-get]")) e.preventDefault();
    if (e.key === "Escape") $$("details.menu[open]").forEach(d => { d.open = false; $("summary", d).focus(); });
  });
  addEventListener("click", e => {
    $$("details.menu[open]").forEach(d => { if (!d.contains(e.target)) d.open = false; });
    /* Toasts stay until dismissed. */
    e.target.closest("[data-dismiss]")?.closest(".toast, .banner").remove();
    if (e.target.closest("[data-print]")) window.print();
  });
})();
