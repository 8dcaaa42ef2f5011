// One place for what goes wrong with an htmx request: refused, not found, broken, signed out, no network.
(() => {
  const dialog = document.getElementById("error-dialog");
  if (!dialog) return;
  const show = (html) => {
    const body = dialog.querySelector("[data-error-body]");
    body.replaceChildren();
    body.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    if (!dialog.open) dialog.showModal();
    body.focus();
  };
  document.addEventListener("htmx:before:response", (event) => {
    const response = event.detail.ctx.response;
    if (response.status < 400 || response.status === 422) return;
    event.preventDefault();
    if (response.headers.get("X-Office-Error")) response.raw.text().then(show);
    else show(`<p>${response.status}</p>`);
  });
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail.ctx || event.detail.error instanceof SyntaxError) return;
    const line = document.getElementById("offline");
    line.textContent = window.office.words.offline;
    line.className = "notice notice-red";
    line.hidden = false;
  });
  document.addEventListener("htmx:after:request", () => { const line = document.getElementById("offline"); line.hidden = true; line.textContent = ""; });
})();
