// Gives each searchable drop-down the name of its label, which Select2 leaves out, so that a screen reader says it.
(() => {
    const nameOf = select =>
        select.getAttribute("aria-label") ||
        select.labels?.[0]?.textContent.trim().replace(/\s*\*$/, "") ||
        select.closest("td")?.getAttribute("data-label") ||
        "";

    const tell = select => {
        const shown = select.nextElementSibling;
        const name = nameOf(select);
        if (!name || !shown?.classList.contains("select2")) return;
        const parts = ".select2-selection, .select2-selection__rendered[role=textbox], .select2-search__field";
        for (const part of shown.querySelectorAll(parts)) {
            if (part.getAttribute("aria-label") === name) continue;
            part.setAttribute("aria-label", name);
            part.removeAttribute("aria-labelledby");
        }
        // Its choices only look like a list: the list contains a button that clears it.
        for (const part of shown.querySelectorAll("ul.select2-selection__rendered, ul.select2-selection__rendered > li")) {
            if (!part.hasAttribute("role")) part.setAttribute("role", "none");
        }
    };

    const tellAll = () => {
        for (const select of document.querySelectorAll("select.select2-hidden-accessible")) tell(select);
        // The search field of an open drop-down is at the end of the page.
        const open = document.querySelector(".select2-container--open.select2")?.previousElementSibling;
        const field = document.querySelector(".select2-dropdown .select2-search__field");
        if (open && field && nameOf(open)) field.setAttribute("aria-label", `Search: ${nameOf(open)}`);
    };

    addEventListener("DOMContentLoaded", () => {
        let planned = false;
        new MutationObserver(() => {
            if (planned) return;
            planned = true;
            requestAnimationFrame(() => { planned = false; tellAll(); });
        }).observe(document.body, { childList: true, subtree: true });
        tellAll();
    });
})();
