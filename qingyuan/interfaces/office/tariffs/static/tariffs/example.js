// The live example: slider and number field hold the same volume; the form asks the server.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-example]");
  if (!form) return;
  const slider = form.querySelector("[data-example-slider]");
  const volume = form.elements.volume;
  if (event.target === slider) volume.value = slider.value;
  if (event.target === volume && /^[0-9.]+$/.test(volume.value)) slider.value = volume.value;
}, true);
