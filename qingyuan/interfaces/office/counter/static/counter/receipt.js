// Receipts: printed from a hidden frame by a POST (each printing is counted); window.receipts.print(url, whenDone).
(() => {
  const words = () => JSON.parse(document.getElementById("counter-words")?.textContent ?? "{}");
  let frame = null;
  const tell = (reason) => {
    const text = window.office.fill(words().print_failed ?? "%(reason)s", { reason });
    const line = document.getElementById("counter-problem");
    if (line) line.textContent = text;
    else document.body.dispatchEvent(new CustomEvent("office:toast", { detail: { text, level: "error" }, bubbles: true }));
  };
  const whatCame = () => {
    try {
      const came = frame.contentDocument;
      if (!came || came.querySelector("embed")) return "";
      return (came.querySelector(".refusal, main, body")?.textContent ?? "").trim().slice(0, 200);
    } catch {
      return "";
    }
  };
  const print = (url) => {
    frame?.remove();
    frame = document.createElement("iframe");
    frame.name = "receipt-frame";
    frame.className = "receipt-frame";
    frame.title = url;
    frame.setAttribute("aria-hidden", "true");
    frame.tabIndex = -1;
    document.body.append(frame);
    const form = document.createElement("form");
    form.method = "post";
    form.action = url;
    form.target = frame.name;
    form.hidden = true;
    const token = document.createElement("input");
    token.name = "csrfmiddlewaretoken";
    token.value = document.querySelector("meta[name=csrf-token]")?.content ?? "";
    form.append(token);
    document.body.append(form);
    const focused = document.activeElement;
    frame.addEventListener("load", () => {
      if (!frame.contentWindow || frame.contentWindow.location.href === "about:blank") return;
      const reason = whatCame();
      if (reason) { tell(reason); return; }
      frame.contentWindow.print();
      focused?.focus();
      document.body.dispatchEvent(new CustomEvent("receipts:printed"));
    });
    form.submit();
    form.remove();
  };
  window.receipts = { print };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print-receipt]");
    if (!button) return;
    print(button.dataset.printReceipt);
    if (button.dataset.afterPrint === "reload") document.body.addEventListener("receipts:printed", () => location.reload(), { once: true });
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print-page]")) window.print(); });
})();
