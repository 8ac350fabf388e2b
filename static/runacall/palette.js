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
