// Forms: one send per press, a warning before leaving with unsaved changes, links of the error summary.
(() => {
  let dirty = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-office-form]")) dirty = true; });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      form.dataset.sending = "1";
      event.submitter?.setAttribute("aria-busy", "true");
    }
    if (form.matches("[data-office-form]")) dirty = false;
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sending]").forEach((form) => { delete form.dataset.sending; });
  });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    if (!link) return;
    event.preventDefault();
    const target = document.getElementById(link.hash.slice(1));
    target?.focus();
    target?.scrollIntoView({ block: "center" });
  });
})();
