// The shell: what the page carries for scripts, dialogs, toasts, the menu, announcements, the progress bar.
(() => {
  const node = document.getElementById("office-data");
  const data = node ? JSON.parse(node.textContent) : { keys: {}, words: {} };
  const fill = (text, places) => text.replace(/%\((\w+)\)s/g, (whole, name) => places[name] ?? whole);
  const announce = (text) => {
    const live = document.getElementById("live");
    if (live && text) { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 50); }
  };
  window.office = { keys: data.keys, words: data.words, fill, announce };

  // dialogs: data-opens names one, data-closes closes the one around
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog && !dialog.open) { dialog.showModal(); dialog.dispatchEvent(new CustomEvent("office:opened")); }
      return;
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
    if (event.target.matches("dialog")) event.target.close();
    for (const open of document.querySelectorAll("details[data-closes-outside][open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-closes-outside][open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); event.preventDefault(); }
  });

  // a dangerous step needs the same amount typed; the server compares again
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-confirm]");
    if (!form) return;
    const plain = (text) => text.replace(/[,\s]/g, "");
    const wrongAmount = form.typed && plain(form.typed.value) !== plain(form.dataset.expected);
    const noReason = form.reason && !form.reason.value.trim();
    const error = form.querySelector("[data-confirm-error]");
    error.textContent = wrongAmount || noReason ? error.dataset.text : "";
    if (wrongAmount || noReason) { event.preventDefault(); event.stopImmediatePropagation(); (noReason ? form.reason : form.typed).focus(); }
  }, true);

  // the menu
  const narrow = window.matchMedia("(max-width: 48rem)");
  const toggle = document.querySelector("[data-toggles-menu]");
  const drawMenu = () => {
    if (!toggle) return;
    const shown = narrow.matches ? document.body.classList.contains("menu-open") : !document.body.classList.contains("menu-closed");
    toggle.setAttribute("aria-expanded", String(shown));
  };
  if (toggle) {
    if (localStorage.getItem("office-menu") === "closed") document.body.classList.add("menu-closed");
    toggle.addEventListener("click", () => {
      if (narrow.matches) document.body.classList.toggle("menu-open");
      else localStorage.setItem("office-menu", document.body.classList.toggle("menu-closed") ? "closed" : "open");
      drawMenu();
    });
    narrow.addEventListener("change", drawMenu);
    drawMenu();
    document.querySelector(".sidebar [aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  // toasts go after four seconds, warnings stay until they are closed
  const tend = (toast) => { if (!toast.matches(".toast-error, .toast-warning")) setTimeout(() => toast.remove(), 4000); };
  document.querySelectorAll("[data-toast]").forEach(tend);
  document.addEventListener("click", (event) => event.target.closest("[data-closes-toast]")?.closest("[data-toast]").remove());
  document.body.addEventListener("office:toast", (event) => {
    const holder = document.getElementById("toasts");
    const toast = document.createElement("div");
    toast.className = `toast-note toast-${event.detail.level ?? "success"}`;
    toast.dataset.toast = "";
    toast.textContent = event.detail.text;
    holder?.append(toast);
    tend(toast);
  });

  // htmx: the protection token, the thin bar after 200 ms, focus and announcements after a swap
  let running = 0;
  let timer = 0;
  const bar = document.getElementById("progress");
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector("meta[name=csrf-token]")?.content;
    if (token) event.detail.ctx.request.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:before:request", (event) => {
    if (event.target.closest?.("[data-quiet]")) return;
    event.detail.ctx.loud = true;
    event.detail.ctx.target?.setAttribute?.("aria-busy", "true");
    running += 1;
    if (running === 1) timer = setTimeout(() => bar?.classList.add("busy"), 200);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!event.detail.ctx.loud) return;
    event.detail.ctx.target?.removeAttribute?.("aria-busy");
    running = Math.max(running - 1, 0);
    if (!running) { clearTimeout(timer); bar?.classList.remove("busy"); }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx.target;
    const region = target?.id ? document.getElementById(target.id) : null;
    if (!region) return;
    announce(region.dataset.announce);
    region.querySelector("[data-focus]")?.focus();
    if (region.matches("[data-reload-now]")) location.reload();
  });
  if (document.querySelector("main [data-focus]")) document.querySelector("main [data-focus]").focus();
})();
