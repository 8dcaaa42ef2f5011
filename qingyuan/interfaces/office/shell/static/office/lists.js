// Lists: selection and its bar, J K X, the filter's focus.
(() => {
  const regionOf = (node) => node.closest("[data-list]");
  const boxes = (region) => [...region.querySelectorAll("tbody input[name=ids]")];
  const draw = (region) => {
    const all = boxes(region);
    const chosen = all.filter((box) => box.checked).length;
    const bar = region.querySelector("[data-selected-bar]");
    if (bar) {
      bar.hidden = chosen === 0;
      bar.querySelector("[data-selected-count]").textContent = window.office.fill(window.office.words.selected, { count: chosen });
      region.querySelector(".list-summary").hidden = chosen > 0;
    }
    const head = region.querySelector("[data-select-all]");
    if (head) { head.checked = chosen > 0 && chosen === all.length; head.indeterminate = chosen > 0 && chosen < all.length; }
  };
  document.addEventListener("change", (event) => {
    const region = regionOf(event.target);
    if (!region) return;
    if (event.target.matches("[data-select-all]")) boxes(region).forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-select-all], [name=ids]")) draw(region);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-clear-selection]")) return;
    const region = regionOf(event.target);
    boxes(region).forEach((box) => { box.checked = false; });
    draw(region);
    region.querySelector("[data-select-all]")?.focus();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-batch]");
    if (!form) return;
    form.querySelectorAll("input[name=ids]").forEach((node) => node.remove());
    for (const box of boxes(regionOf(form)).filter((one) => one.checked)) {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = "ids";
      hidden.value = box.value;
      form.append(hidden);
    }
  });

  const move = (step) => {
    const rows = [...document.querySelectorAll(".list-table tbody tr")];
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row.classList.contains("current"));
    const to = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows.forEach((row, place) => row.classList.toggle("current", place === to));
    rows[to].scrollIntoView({ block: "nearest" });
    const focus = rows[to].querySelector("a, button, input");
    focus?.focus({ preventScroll: true });
    return true;
  };
  document.body.addEventListener("office:key", (event) => {
    const { action } = event.detail;
    if (action === "next-row" && move(1)) event.preventDefault();
    if (action === "previous-row" && move(-1)) event.preventDefault();
    if (action === "select-row") document.querySelector(".list-table tr.current input[name=ids]")?.click();
    if (action === "filter") {
      const first = document.querySelector("[data-list-filter] input:not([type=hidden]), [data-list-filter] select");
      if (first) { first.focus(); first.select?.(); event.preventDefault(); }
    }
  });
})();
