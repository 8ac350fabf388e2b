// Enter in the search of all pages (Ctrl+K) opens the first result if none is chosen; Unfold's own script fails there.
addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.target.id !== "search-input-command") return;
    const palette = Alpine.$data(event.target);
    if (palette.currentIndex > 0) return;
    if (event.target.value.trim() && palette.items?.length) {
        palette.currentIndex = 1;
    } else {
        event.preventDefault();
        event.stopImmediatePropagation();
    }
}, true);

// A menu of a list closes on a click outside it, and on Escape from inside; the focus goes back to its button then.
addEventListener("click", event => {
    document.querySelectorAll("details.rac-filters[open]").forEach(menu => {
        if (!menu.contains(event.target)) menu.open = false;
    });
});
addEventListener("keydown", event => {
    const menu = event.key === "Escape" && event.target.closest("details.rac-filters[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
});
