// The review queue: keys and buttons decide the current row, or the selected ones; the next row becomes the current one.
(() => {
  const LIST = "list-reading-review";
  const words = document.getElementById("review-words").dataset;
  const region = () => document.getElementById(LIST);
  const rows = () => [...region().querySelectorAll("tbody tr[data-row]")];
  const result = document.getElementById("review-result");
  let targets = [];

  const current = () => rows().find((row) => row.classList.contains("current"));
  const selected = () => rows().filter((row) => row.querySelector("[name=ids]")?.checked);
  const point = (place) => {
    const all = rows();
    const at = Math.min(Math.max(place, 0), all.length - 1);
    all.forEach((row, index) => row.classList.toggle("current", index === at));
    all[at]?.scrollIntoView({ block: "nearest" });
    all[at]?.querySelector("a")?.focus({ preventScroll: true });
  };
  const chosen = () => { const some = selected(); if (some.length) return some; const one = current(); return one ? [one] : []; };
  const nameOf = (row) => [...row.querySelectorAll("th, td:nth-of-type(2)")].map((cell) => cell.textContent.trim()).join(" ");
  const say = (lines) => {
    result.hidden = lines.length === 0;
    result.querySelector("ul").replaceChildren(...lines.map((text) => { const line = document.createElement("li"); line.textContent = text; return line; }));
  };

  // the region alone, as the list's own filter asks for it
  const reload = async () => {
    const response = await fetch(location.href, { headers: { "HX-Request": "true", "HX-Target": `section#${LIST}` } });
    if (!response.ok) throw new Error(String(response.status));
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    const fresh = holder.content.getElementById(LIST);
    region().replaceWith(fresh);
    window.htmx.process(fresh);
    window.office.announce(fresh.dataset.announce);
  };

  const send = async (url, fields) => {
    const place = rows().indexOf(targets[0] ?? current());
    const body = new URLSearchParams(fields);
    targets.forEach((row) => body.append("ids", row.dataset.row));
    try {
      const response = await fetch(url, { method: "POST", headers: { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content }, body });
      if (!response.headers.get("Content-Type")?.includes("json")) {
        const holder = document.createElement("div");
        holder.innerHTML = await response.text();
        say([holder.textContent.trim().replace(/\s+/g, " ") || words.failed]);
        return;
      }
      const answer = await response.json();
      say(answer.failed.map((one) => (one.place ? `${one.place}: ${one.text}` : one.text)));
      if (answer.done) document.body.dispatchEvent(new CustomEvent("office:toast", { detail: { text: answer.message } }));
      await reload();
      document.getElementById("review-reasons").dispatchEvent(new CustomEvent("readings:changed"));
      point(answer.failed.length && targets.length === 1 ? place : Math.max(place, 0));
    } catch {
      say([words.failed]);
    }
    targets = [];
  };

  const open = (name) => {
    const dialog = document.getElementById(`decision-${name}`);
    dialog.querySelector("[data-targets]").textContent = targets.length === 1 ? nameOf(targets[0]) : window.office.fill(words.rows, { count: targets.length });
    dialog.querySelector("form").reset();
    dialog.querySelector("[data-missing]").hidden = true;
    dialog.showModal();
    dialog.querySelector("select, input").focus();
  };
  const decide = (action, which) => {
    targets = which;
    if (!targets.length) return;
    if (action === "edit") {
      const item = targets[0].dataset.row.split(":")[0];
      location.href = `${words.change.replace("/0/", `/${item}/`)}?next=${encodeURIComponent(location.pathname + location.search)}`;
    } else if (action === "approve" && targets.every((row) => row.classList.contains("row-plain"))) {
      send(document.querySelector("[data-decision=approve]").dataset.url, {});
    } else {
      open(action);
    }
  };

  document.body.addEventListener("office:key", (event) => {
    const { action } = event.detail;
    if (!["approve", "send-back", "edit"].includes(action)) return;
    event.preventDefault();
    decide(action, action === "edit" ? [current()].filter(Boolean) : chosen());
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-action]");
    if (!button) return;
    const row = button.closest("tr");
    point(rows().indexOf(row));
    decide(button.dataset.rowAction, [row]);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-batch]") && region().contains(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      decide(form.getAttribute("action").endsWith("/approve/") ? "approve" : "send-back", selected());
      return;
    }
    if (!form.matches("[data-decision]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const missing = form.querySelector("[data-missing]");
    const given = form.reason_code?.value || form.reason?.value.trim();
    if (missing && !given) { missing.hidden = false; form.elements[0].focus(); return; }
    form.closest("dialog").close();
    if (form.dataset.decision === "near") targets = [];
    send(form.dataset.url, Object.fromEntries(new FormData(form)));
  }, true);
  document.getElementById("near-average").addEventListener("office:opened", () => {
    document.getElementById("near-percent").dispatchEvent(new CustomEvent("readings:opened"));
  });
  if (rows().length) point(0);
})();
