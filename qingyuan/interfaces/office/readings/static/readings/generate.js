// One box for all books due.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-all-books]")) return;
  event.target.closest("table").querySelectorAll("input[name=books]").forEach((box) => { box.checked = event.target.checked; });
});
