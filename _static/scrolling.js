// What scrolls sideways must be within reach of the keyboard. The theme sees to code when the page opens or changes its
// width; this script sees to formulas, and lets both be looked at again when something has unfolded.
(() => {
  function reach() {
    for (const formula of document.querySelectorAll('mjx-container[display="true"]')) {
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    }
  }
  const again = () => window.dispatchEvent(new Event("resize"));
  window.addEventListener("resize", reach);
  document.addEventListener("toggle", again, true);
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.(".toggle, .toggle-button")) again();
  });
})();
