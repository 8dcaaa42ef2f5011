// The count at the close: amounts and the difference while typing; Enter goes to the next face value. Whole fen.
(() => {
  const form = document.querySelector(".count-form");
  if (!form) return;
  const text = (fen) => `${fen < 0 ? "-" : ""}${Math.trunc(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
  const fields = [...form.querySelectorAll("[data-face] input")];
  const label = form.querySelector("[data-difference-label]");
  const heading = label.textContent;
  const draw = () => {
    let counted = 0;
    for (const field of fields) {
      const cell = field.closest("td");
      const amount = /^\d+$/.test(field.value.trim()) ? Number(field.value) * Number(cell.dataset.face) : 0;
      cell.nextElementSibling.textContent = text(amount);
      counted += amount;
    }
    const any = fields.some((field) => field.value.trim());
    const difference = counted - Number(form.dataset.expected);
    const kind = difference > 0 ? "over" : difference < 0 ? "short" : "even";
    form.querySelector("[data-counted]").textContent = text(counted);
    const shown = form.querySelector("[data-difference]");
    shown.className = any ? `difference ${kind}` : "difference";
    shown.textContent = any ? `${label.dataset[kind]} ${text(difference)}` : "—";
    label.textContent = heading;
  };
  form.addEventListener("input", draw);
  form.addEventListener("keydown", (event) => {
    const at = fields.indexOf(event.target);
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0 || !step || event.isComposing) return;
    event.preventDefault();
    const next = fields[at + step] ?? (event.key === "Enter" ? form.querySelector("[type=submit]") : null);
    next?.focus();
    next?.select?.();
  });
  draw();
  fields[0].focus();
})();
