// Grid entry: Enter saves the row and goes down. Rows are sent one batch at a time; what is not saved is kept in this
// browser until the server has it, so neither a lost line nor a closed window loses a typed number.
(() => {
  const table = document.querySelector("[data-reading-grid]");
  if (!table) return;
  const words = JSON.parse(document.getElementById("grid-words").textContent);
  const notice = document.getElementById("grid-notice");
  const store = `readings-${table.dataset.person}-${table.dataset.task}`;
  const fill = (text, places) => window.office.fill(text, places);
  const token = () => document.querySelector("meta[name=csrf-token]").content;
  const rows = [...table.querySelectorAll("tbody tr[data-item]")].filter((row) => row.querySelector("[name=value]"));
  const rowOf = (node) => node.closest("tr[data-item]");
  const field = (row, name) => row.querySelector(`[name=${name}]`);
  const queue = new Map();
  const underway = new Map();
  let sending = false;
  let retry = 0;

  const read = (row) => ({ value: field(row, "value").value.trim(), condition: field(row, "condition").value, volume: field(row, "volume").hidden ? "" : field(row, "volume").value.trim() });
  const saved = (row) => ({ value: row.dataset.value, condition: row.dataset.condition, volume: row.dataset.volume ?? "" });
  const same = (one, other) => one.value === other.value && one.condition === other.condition && one.volume === other.volume;
  const algorithm = (row) => field(row, "condition").selectedOptions[0]?.dataset.algorithm ?? "NORMAL";
  const isWorth = (row, typed) => typed.value !== "" || (typed.condition !== "" && algorithm(row) !== "NORMAL") || row.dataset.value !== "";

  // what is typed and not saved lives in the browser's own store
  const drafts = () => { try { return JSON.parse(localStorage.getItem(store) ?? "{}"); } catch { return {}; } };
  const keep = (row) => { const all = drafts(); all[row.dataset.item] = { ...read(row), version: row.dataset.version }; localStorage.setItem(store, JSON.stringify(all)); };
  const drop = (row) => { const all = drafts(); delete all[row.dataset.item]; if (Object.keys(all).length) localStorage.setItem(store, JSON.stringify(all)); else localStorage.removeItem(store); };

  const show = (row, state) => {
    row.dataset.saveState = state;
    const mark = row.querySelector("[data-save]");
    mark.className = `save-state save-${state}`;
    mark.textContent = state ? words[state] : "";
  };
  const note = (row, text, buttons = []) => {
    const input = field(row, "value");
    const id = `note-${row.dataset.item}`;
    document.getElementById(id)?.remove();
    if (!text) { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); input.classList.remove("is-invalid"); return; }
    const line = document.createElement("tr");
    line.className = "grid-note";
    line.id = id;
    const cell = document.createElement("td");
    cell.colSpan = row.cells.length;
    const sentence = document.createElement("span");
    sentence.textContent = text;
    cell.append(sentence);
    for (const [label, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = label;
      button.addEventListener("click", act);
      cell.append(" ", button);
    }
    line.append(cell);
    row.after(line);
    input.classList.add("is-invalid");
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
  };
  const chip = ({ text, tone }) => { const mark = document.createElement("span"); mark.className = `chip chip-${tone}`; mark.textContent = text; return mark; };
  const warn = (text) => { notice.hidden = !text; notice.querySelector("p").textContent = text; if (text) window.office.announce(text); };

  const draw = (row, data) => {
    row.dataset.version = data.version;
    row.dataset.value = data.value;
    row.dataset.condition = data.condition;
    row.dataset.date = data.read_date;
    row.querySelector(".grid-usage strong").textContent = data.usage;
    row.querySelector("[data-signs]").replaceChildren(...data.signs.flatMap((sign) => [chip(sign), " "]));
  };
  const take = (row, data) => {
    field(row, "value").value = data.value;
    field(row, "condition").value = data.condition;
    row.dataset.volume = field(row, "volume").value.trim();
    showVolume(row);
  };
  const showVolume = (row) => { field(row, "volume").hidden = algorithm(row) !== "UNRELATED"; };

  const answered = (row, sent, answer) => {
    const data = answer.row;
    const stored = { value: data.value, condition: data.condition };
    const equal = Number(stored.value) === Number(sent.value) && stored.condition === sent.condition;
    if (answer.conflict && !equal) {
      show(row, "conflict");
      row.dataset.refused = JSON.stringify(sent);
      const text = fill(words.theirs, { value: stored.value || "—", usage: data.usage || "—", typed: sent.value || "—" });
      note(row, text, [
        [words.keep, () => { draw(row, data); note(row, ""); commit(row, true); field(row, "value").focus(); }],
        [words.take, () => { draw(row, data); take(row, data); note(row, ""); show(row, "saved"); drop(row); field(row, "value").focus(); }],
      ]);
      window.office.announce(text);
      return;
    }
    if (!answer.ok && !answer.conflict) {
      show(row, "failed");
      row.dataset.refused = JSON.stringify(sent);
      note(row, answer.message);
      window.office.announce(answer.message);
      return;
    }
    const untouched = same(read(row), sent);
    draw(row, data);
    row.dataset.volume = sent.volume;
    note(row, "");
    if (untouched) { take(row, data); show(row, "saved"); drop(row); } else { show(row, "unsaved"); }
    window.office.announce([fill(words.usage, { usage: data.usage }), ...data.signs.map((sign) => sign.text)].join(" "));
  };

  const flush = async () => {
    if (sending || !queue.size) return;
    sending = true;
    clearTimeout(retry);
    const batch = [...queue.entries()].slice(0, 100);
    const date = document.getElementById("grid-date").value;
    for (const [row, typed] of batch) { queue.delete(row); underway.set(row, typed); show(row, "saving"); }
    const back = (text, again) => {
      underway.clear();
      for (const [row, typed] of batch) { show(row, "unsaved"); if (!queue.has(row)) queue.set(row, typed); }
      warn(fill(text, { count: queue.size }));
      if (again) retry = setTimeout(flush, 5000);
    };
    const body = { rows: batch.map(([row, typed]) => ({ id: row.dataset.item, version: row.dataset.version, date: row.dataset.date || date, ...typed })) };
    try {
      const response = await fetch(table.dataset.saveUrl, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "HX-Request": "true" }, body: JSON.stringify(body) });
      if (response.ok && response.headers.get("Content-Type")?.includes("json")) {
        const answer = await response.json();
        underway.clear();
        const byId = new Map(answer.rows.map((one) => [String(one.id), one]));
        for (const [row, typed] of batch) answered(row, typed, byId.get(row.dataset.item));
        document.getElementById("grid-taken").textContent = answer.totals.taken;
        document.getElementById("grid-readings").textContent = answer.totals.readings;
        document.getElementById("grid-usage").textContent = answer.totals.usage;
        document.getElementById("grid-rate").textContent = answer.rate;
        warn("");
      } else {
        back(response.status === 401 || response.status === 403 ? words.signed_out : words.refused, false);
        sending = false;
        return;
      }
    } catch {
      back(words.offline, true);
      sending = false;
      return;
    }
    sending = false;
    flush();
  };

  const commit = (row, force = false) => {
    const typed = read(row);
    if (!force && (same(typed, saved(row)) || !isWorth(row, typed))) return;
    const sent = queue.get(row) ?? underway.get(row);
    if (sent && same(sent, typed)) { flush(); return; }
    if (!force && ["conflict", "failed"].includes(row.dataset.saveState) && same(typed, JSON.parse(row.dataset.refused ?? "{}"))) return;
    queue.set(row, typed);
    keep(row);
    show(row, "unsaved");
    flush();
  };
  const go = (row, step) => {
    const to = rows[rows.indexOf(row) + step];
    if (!to) return;
    const input = field(to, "value");
    input.focus();
    input.select();
    to.scrollIntoView({ block: "nearest" });
  };

  table.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || !rows.includes(row) || event.isComposing) return;
    const inValue = event.target.name === "value";
    if (event.key === "Enter" && event.target.matches("input, select")) {
      event.preventDefault();
      commit(row, row.dataset.saveState === "failed");
      const asksVolume = event.target.name === "condition" && !field(row, "volume").hidden;
      if (asksVolume) field(row, "volume").focus(); else go(row, event.shiftKey ? -1 : 1);
    } else if (inValue && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      go(row, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && inValue && !same(read(row), saved(row))) {
      event.preventDefault();
      field(row, "value").value = row.dataset.value;
      field(row, "condition").value = row.dataset.condition;
      queue.delete(row);
      drop(row);
      note(row, "");
      show(row, "");
    }
  });
  table.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (!row || event.target.name === "condition") return;
    if (same(read(row), saved(row))) { drop(row); show(row, ""); } else { keep(row); show(row, "unsaved"); }
  });
  table.addEventListener("change", (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    if (event.target.name === "condition") { showVolume(row); if (algorithm(row) === "UNRELATED" && !field(row, "volume").value) { keep(row); show(row, "unsaved"); return; } }
    commit(row);
  });
  table.addEventListener("focusin", (event) => {
    const row = rowOf(event.target);
    rows.forEach((one) => one.classList.toggle("current", one === row));
  });
  table.addEventListener("paste", (event) => {
    if (event.target.name !== "value") return;
    const text = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\n\t]/.test(text)) return;
    event.preventDefault();
    const start = rows.indexOf(rowOf(event.target));
    const lines = text.split("\n").slice(0, rows.length - start);
    lines.forEach((line, place) => {
      const [value, condition] = line.split("\t").map((part) => part.trim());
      const row = rows[start + place];
      if (!value && !condition) return;
      field(row, "value").value = value.replaceAll(",", "");
      if (condition && [...field(row, "condition").options].some((one) => one.value === condition)) field(row, "condition").value = condition;
      showVolume(row);
      const typed = read(row);
      if (same(typed, saved(row))) return;
      queue.set(row, typed);
      keep(row);
      show(row, "unsaved");
    });
    window.office.announce(fill(words.pasted, { count: lines.length }));
    flush();
    const last = rows[Math.min(start + lines.length, rows.length - 1)];
    field(last, "value").focus();
  });
  document.getElementById("grid-retry").addEventListener("click", flush);
  window.addEventListener("online", flush);
  window.addEventListener("beforeunload", (event) => { if (queue.size || sending) event.preventDefault(); });

  // what was typed before and never reached the server comes back
  const before = drafts();
  let restored = 0;
  for (const row of rows) {
    showVolume(row);
    const draft = before[row.dataset.item];
    if (!draft) continue;
    field(row, "value").value = draft.value;
    field(row, "condition").value = draft.condition;
    field(row, "volume").value = draft.volume;
    showVolume(row);
    row.dataset.version = draft.version;
    show(row, "unsaved");
    restored += 1;
  }
  if (restored) warn(fill(words.restored, { count: restored }));
  document.getElementById("grid-retry").hidden = false;
  const first = rows.find((row) => row.dataset.value === "") ?? rows[0];
  if (first) { field(first, "value").focus({ preventScroll: true }); field(first, "value").select(); }
  first?.scrollIntoView({ block: "nearest" });
})();
