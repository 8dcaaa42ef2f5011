// The counter by keyboard: search → hit → amount → Enter takes and prints → search again. Amounts are whole fen.
(() => {
  const root = document.getElementById("counter");
  if (!root) return;
  const words = JSON.parse(document.getElementById("counter-words").textContent);
  const search = document.getElementById("counter-search");
  const found = document.getElementById("counter-found");
  const holder = document.getElementById("counter-holder");
  const say = (text, places = {}) => window.office.fill(text, places);
  const text = (fen) => `${fen < 0 ? "-" : ""}${(Math.trunc(Math.abs(fen) / 100)).toLocaleString("en", { useGrouping: Math.abs(fen) >= 1000000 })}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
  const plain = (fen) => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
  const ask = async (url, options = {}) => {
    const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
    const headers = { "HX-Request": "true", "X-CSRFToken": token };
    try {
      const response = await fetch(url, { ...options, headers, credentials: "same-origin" });
      return { ok: response.ok, html: await response.text() };
    } catch {
      return null;
    }
  };
  const parts = (html) => [...new DOMParser().parseFromString(html, "text/html").body.children];

  // ---- search: 120 ms after the last key; an answer to an older question is dropped
  let timer = 0;
  let asked = 0;
  let current = -1;
  const options = () => [...found.querySelectorAll("[role=option]")];
  const mark = (place) => {
    current = place;
    options().forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    if (place < 0) { search.removeAttribute("aria-activedescendant"); return; }
    search.setAttribute("aria-activedescendant", options()[place].id);
    options()[place].scrollIntoView({ block: "nearest" });
  };
  const shownText = () => found.querySelector("#counter-hits").dataset.text;
  const find = async () => {
    clearTimeout(timer);
    const typed = search.value.trim();
    const wanted = ++asked;
    const answer = await ask(`${root.dataset.search}?q=${encodeURIComponent(typed)}`);
    if (wanted !== asked) return false;
    if (!answer?.ok) { found.querySelector("#counter-state").textContent = answer ? parts(answer.html).map((node) => node.textContent).join(" ") : words.unreachable; return false; }
    found.replaceChildren(...parts(answer.html));
    search.setAttribute("aria-expanded", String(options().length > 0));
    mark(options().length ? 0 : -1);
    return true;
  };
  const open = async (url) => {
    const form = holder.querySelector("#counter-form");
    const typed = form?.querySelector("#counter-received").value;
    if (typed && !form.hasAttribute("data-held")) {
      document.body.dispatchEvent(new CustomEvent("office:toast", { detail: { text: say(words.left, { account: form.dataset.account, amount: typed }), level: "warning" }, bubbles: true }));
    }
    const answer = await ask(url);
    if (!answer?.ok) {
      found.querySelector("#counter-state").textContent = answer ? parts(answer.html).map((node) => node.textContent.trim()).join(" ") : words.unreachable;
      return;
    }
    place(answer.html);
    draw();
    holder.querySelector("[data-focus]")?.focus();
  };
  const enter = async () => {
    const typed = search.value.trim();
    if (!typed) return;
    if (shownText() === typed && current >= 0) { open(options()[current].dataset.url); return; }
    if (!(await find())) return;
    const [first, ...more] = options();
    if (first && (!more.length || first.dataset.account === typed)) open(first.dataset.url);
  };
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 120); });
  search.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = options();
    if (step && all.length) { event.preventDefault(); mark((current + step + all.length) % all.length); }
    if (event.key === "Enter") { event.preventDefault(); if (!event.repeat) enter(); }
  });
  found.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) open(option.dataset.url); });

  // ---- the card
  const place = (html) => {
    for (const node of parts(html)) {
      if (node.id === "counter-card") holder.replaceChildren(node);
      else if (node.id === "counter-till") document.getElementById("counter-till").replaceWith(node);
    }
  };
  const card = () => holder.querySelector("#counter-form");
  const ofMember = (node) => [...node.closest("tbody").querySelectorAll("input[name=bills]")];
  const bills = (form) => [...form.querySelectorAll("input[name=bills]")];
  const pressed = (form, name) => form.querySelector(`[data-toggle=${name}]`)?.getAttribute("aria-pressed") === "true";
  const amountOf = (typed) => {
    const usual = typed.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 65248)).replace(/[。．]/g, ".").replace(/[,，\s¥￥元]/g, "");
    if (usual === "") return null;
    const match = /^(\d{0,9})(?:\.(\d{0,2}))?$/.exec(usual);
    return match && usual !== "." ? Number(match[1] || 0) * 100 + Number((match[2] || "").padEnd(2, "0")) : NaN;
  };
  // what can be paid apart: of a bill counts what it owes of the charge items that are ticked
  const slips = (form) => [...form.querySelectorAll("input[name=slips]")];
  const someSlips = (form) => slips(form).some((box) => !box.checked);
  const fenOf = (form, box) => {
    if (!box.dataset.slips || !someSlips(form)) return Number(box.dataset.fen);
    const own = box.dataset.slips.split(" ").map(Number);
    return slips(form).reduce((sum, slip, index) => sum + (slip.checked ? own[index] : 0), 0);
  };
  const figures = (form) => {
    const chosen = bills(form).filter((box) => box.checked);
    const owed = chosen.reduce((sum, box) => sum + fenOf(form, box), 0);
    const balance = pressed(form, "balance") ? Number(form.dataset.prepaid) : 0;
    return { chosen, owed, balance, due: Math.max(owed - balance, 0), handed: amountOf(form.querySelector("#counter-received").value), keep: pressed(form, "keep"), byCard: pressed(form, "card"), partly: form.hasAttribute("data-partly") && balance === 0 };
  };
  const problem = (sentence) => { const line = holder.querySelector("#counter-problem"); if (line) line.textContent = sentence; };
  const draw = () => {
    const form = card();
    if (!form) return;
    const now = figures(form);
    form.querySelector("#counter-due").textContent = text(now.due);
    form.querySelector("[data-due-note]").textContent = now.balance ? `${text(now.owed)} − ${text(Math.min(now.balance, now.owed))}` : "";
    const selected = form.querySelector("[data-selected]");
    const payers = new Set(now.chosen.map((box) => box.closest("tbody"))).size;
    const apart = slips(form).filter((box) => box.checked).map((box) => box.dataset.name).join(" + ");
    const told = form.hasAttribute("data-group") ? words.selected_group : someSlips(form) && apart ? words.selected_slips : words.selected;
    if (selected) selected.textContent = say(told, { count: now.chosen.length, all: bills(form).length, members: payers, slips: apart });
    const all = form.querySelector("#counter-all");
    for (const box of form.querySelectorAll("[data-member]")) { const own = ofMember(box); const on = own.filter((one) => one.checked).length; box.checked = on > 0; box.indeterminate = on > 0 && on < own.length; }
    if (all) { all.checked = now.chosen.length > 0; all.indeterminate = now.chosen.length > 0 && now.chosen.length < bills(form).length; }
    const output = form.querySelector("#counter-change");
    const label = form.querySelector("[data-change-label]");
    output.className = "";
    if (now.handed === null || Number.isNaN(now.handed)) { output.textContent = "0.00"; label.textContent = words.change; }
    else {
      const rest = now.handed - now.due;
      output.textContent = text(rest);
      label.textContent = rest < 0 ? (now.partly ? words.part : words.missing) : rest > 0 && now.keep ? words.kept : words.change;
      if (rest < 0) output.className = "short";
      else if (rest > 0) output.className = now.keep ? "kept" : "give";
    }
    const byCard = now.byCard;
    form.querySelector("[data-slip]").hidden = !byCard;
    const received = form.querySelector("[data-received-label]");
    received.textContent = byCard ? received.dataset.card : received.dataset.cash;
    form.querySelector("[data-take-label]").textContent = byCard ? words.take_card : words.take_cash;
    const note = form.querySelector("[data-keep-note]");
    if (note) note.hidden = !now.keep;
    form.elements.tender.value = byCard ? "CARD" : "CASH";
    if (!form.hasAttribute("data-group")) {
      form.elements.due.value = plain(now.due);
      form.elements.use_balance.value = now.balance ? "on" : "";
    }
    form.elements.keep_rest.value = now.keep ? "on" : "";
  };
  // bills are paid oldest first: choosing one chooses the older ones, leaving one out leaves out the newer ones
  const chooseOf = (boxes, count) => { boxes.forEach((box, index) => { box.checked = index < count; }); draw(); };
  const choose = (form, count) => chooseOf(bills(form), count);
  // in a group the order holds within each account; ↑ and ↓ take one account fewer or more
  const members = (form) => [...form.querySelectorAll("[data-member]")];
  const stepMembers = (form, step) => {
    const all = members(form);
    const chosen = all.filter((box) => box.checked).length;
    const count = Math.min(Math.max(chosen + step, 0), all.length);
    all.forEach((box, index) => { for (const one of ofMember(box)) one.checked = index < count; });
    draw();
    all[Math.max(count - 1, 0)]?.scrollIntoView({ block: "nearest" });
  };
  const toggle = (form, name) => {
    const button = form.querySelector(`[data-toggle=${name}]`);
    const on = button.getAttribute("aria-pressed") !== "true";
    if (name === "balance" && on && someSlips(form)) { problem(words.whole_for_balance); return; }
    if (name === "balance" && on && figures(form).owed <= Number(form.dataset.prepaid)) { problem(words.no_balance); return; }
    button.setAttribute("aria-pressed", String(on));
    problem("");
    draw();
    const received = form.querySelector("#counter-received");
    if (name === "card" && on) { received.value = plain(figures(form).due); draw(); form.querySelector("#counter-slip").focus(); return; }
    received.focus();
    received.select();
  };
  let sending = false;
  const refusalOf = (now) => {
    if (Number.isNaN(now.handed)) return words.bad;
    if (now.handed === 0 || (now.due === 0 && !now.keep)) return now.due === 0 ? words.nothing : words.bad;
    if (now.handed < now.due && !now.partly) return say(words.more, { amount: text(now.due - now.handed) });
    if (now.handed > now.due && now.byCard && !now.keep) return words.no_change;
    return "";
  };
  const take = async (form) => {
    if (sending || form.hasAttribute("data-held")) return;
    draw();
    const now = figures(form);
    const received = form.querySelector("#counter-received");
    if (now.handed === null) {
      const proposed = Number(form.dataset.proposed);  // the instalment of an agreement
      if (now.due > 0) { received.value = plain(proposed && now.partly ? Math.min(proposed, now.due) : now.due); draw(); problem(words.exact); } else problem(words.nothing);
      received.focus();
      received.select();
      return;
    }
    const refusal = refusalOf(now);
    if (refusal) { problem(refusal); received.focus(); received.select(); return; }
    const data = new FormData(form);
    data.set("received", plain(now.handed));
    if (!someSlips(form)) data.delete("slips");
    else {  // a bill that owes nothing of what is paid apart is left out
      data.delete("bills");
      for (const box of now.chosen) if (fenOf(form, box) > 0) data.append("bills", box.value);
    }
    sending = true;
    const button = form.querySelector(".btn-take");
    button.setAttribute("aria-busy", "true");
    const answer = await ask(form.action, { method: "POST", body: data });
    sending = false;
    button.removeAttribute("aria-busy");
    if (!answer) { problem(words.offline); received.focus(); return; }
    if (!answer.ok) { problem(parts(answer.html).map((node) => node.textContent.trim().replace(/\s+/g, " ")).join(" ")); received.focus(); return; }
    place(answer.html);
    search.value = "";
    search.focus();  // at once: the next customer's first keys go nowhere else, however slow the list is
    find();
    const done = holder.querySelector("[data-print]");
    window.office.announce(holder.querySelector("#counter-done").textContent);
    window.receipts.print(done.dataset.print);
  };

  holder.addEventListener("submit", (event) => { event.preventDefault(); take(event.target); });
  holder.addEventListener("input", (event) => { if (event.target.id === "counter-received") { problem(""); draw(); } });
  holder.addEventListener("change", (event) => {
    const form = card();
    if (!form) return;
    if (event.target.id === "counter-all") choose(form, event.target.checked ? bills(form).length : 0);
    if (event.target.name === "slips") {
      form.querySelector("[data-toggle=balance]")?.setAttribute("aria-pressed", "false");
      problem("");
      draw();
    }
    if (event.target.matches("[data-member]")) chooseOf(ofMember(event.target), event.target.checked ? Infinity : 0);
    if (event.target.name === "bills") {
      const own = form.hasAttribute("data-group") ? ofMember(event.target) : bills(form);
      const at = own.indexOf(event.target);
      chooseOf(own, event.target.checked ? at + 1 : at);
    }
  });
  holder.addEventListener("keydown", (event) => {
    const form = card();
    if (!form || event.isComposing) return;
    if (event.key === "Enter" && event.repeat) { event.preventDefault(); return; }
    if (event.target.id !== "counter-received") return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (form.hasAttribute("data-group")) { stepMembers(form, step); return; }
    const chosen = bills(form).filter((box) => box.checked).length;
    choose(form, Math.min(Math.max(chosen + step, 0), bills(form).length));
  });
  holder.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) toggle(card(), button.dataset.toggle);
    if (event.target.closest("[data-to-slips]")) holder.querySelector("#counter-slips").focus();
    const leads = event.target.closest("[data-open-card]");
    if (leads) open(leads.dataset.openCard);
    if (event.target.closest("[data-leave], [data-next]")) { search.focus(); search.select(); }
  });
  window.addEventListener("beforeunload", (event) => { if (card()?.querySelector("#counter-received").value) event.preventDefault(); });

  // ---- a scanner types faster than any hand: its number goes to the search, never into an amount
  let burst = "";
  let last = 0;
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const fast = event.timeStamp - last < 30;
    last = event.timeStamp;
    const active = document.activeElement;
    if (event.key.length === 1) {
      if (!fast) { burst = ""; before = active?.value ?? ""; }
      burst += event.key;
      return;
    }
    if (event.key === "Enter" && fast && burst.length >= 6 && active !== search && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (holder.contains(active) && "value" in active) { active.value = before; draw(); }
      search.value = burst;
      search.focus();
      enter();
    }
    burst = "";
  }, true);

  search.focus();
  if (root.dataset.open) open(root.dataset.open);
})();
