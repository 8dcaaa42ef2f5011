// The designer: arrow keys press the ▲▼ of their field; every button counts as a change. All arithmetic is the server's.
(() => {
  let stepping = null;
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("#designer-form [data-steps]");
    if (!field || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    stepping = field.id;
    document.getElementById(`${event.key === "ArrowUp" ? "up" : "down"}-${field.name}`)?.click();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#designer-form button[data-act]");
    button?.form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // The swap leaves what the focused field shows to the person typing; a stepped field shows the answer.
  document.addEventListener("htmx:after:swap", () => {
    const field = stepping && document.getElementById(stepping);
    if (field) field.value = field.getAttribute("value") ?? "";
    stepping = null;
  });
})();
