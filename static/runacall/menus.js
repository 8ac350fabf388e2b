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

// Unfold opens its menus from things that only a mouse reaches, and its icons are words to a screen reader: what can be
// clicked becomes a button, with a name, that the keyboard reaches; an icon beside other words is left unsaid.
(() => {
    const ICON = ".material-symbols-outlined", OWN = "a[href], button, input, select, textarea, summary";
    const NAMES = { dock_to_right: "Menu", close: "Close" };

    const words = element => {
        const copy = element.cloneNode(true);
        copy.querySelectorAll(ICON).forEach(icon => icon.remove());
        return element.getAttribute("aria-label") || (element.matches(ICON) ? "" : copy.textContent.trim());
    };

    const asButton = (one, name) => {
        one.setAttribute("role", "button");
        one.tabIndex = 0;
        one.dataset.byKey = "";
        if (name) one.setAttribute("aria-label", name);
    };

    const tell = () => {
        for (const one of document.querySelectorAll("[x-on\\:click]:not([role])")) {
            // The ground behind a panel has nothing in it, and what holds controls is none.
            if (one.matches(OWN) || one.querySelector(OWN) || !one.textContent.trim()) continue;
            asButton(one, !words(one) && NAMES[one.textContent.trim()]);
        }
        for (const one of document.querySelectorAll(".form-group:not(.empty-form) .delete-template:not([role])")) {
            asButton(one, "Remove this line");
        }
        for (const icon of document.querySelectorAll(`${ICON}:not([aria-hidden], [role])`)) {
            const control = icon.closest("a, button, [role=button]");
            if (!control || words(control) || control.title) icon.setAttribute("aria-hidden", "true");
        }
    };

    addEventListener("DOMContentLoaded", tell);
    // As soon as it can be seen, and once more when htmx has put back what it keeps of elements with an id.
    document.addEventListener("htmx:afterSwap", tell);
    document.addEventListener("htmx:afterSettle", tell);

    // A line that is added to a form gets the focus, and can be taken off again; then it goes back to "Add another".
    document.addEventListener("formset:added", event => {
        const row = event.target, off = row.querySelector(".delete-template");
        if (off) asButton(off, "Remove this line");
        if (event.detail.isAgain || !document.activeElement.closest(".add-row")) return;
        setTimeout(() => Array.from(row.querySelectorAll(`${OWN}, .select2-selection`)).find(
            one => one.offsetParent && one.tabIndex >= 0)?.focus());
    });
    // Unfold renames the lines after it by writing their HTML again, which has neither what was typed nor live drop-downs.
    document.addEventListener("click", event => {
        const row = event.target.closest(".delete-template") && event.target.closest(".form-group");
        if (!row) return;
        const every = Array.from(row.parentElement.querySelectorAll(":scope > .form-group:not(.empty-form)"));
        const after = every.slice(every.indexOf(row) + 1);
        for (const one of after.flatMap(line => Array.from(line.querySelectorAll("*")))) {
            if (one.matches("option")) one.toggleAttribute("selected", one.selected);
            else if (one.matches("textarea")) one.textContent = one.value;
            else if (one.matches("input")) one.setAttribute("value", one.value);
            if (one.matches(".select2-container")) one.remove();
            one.classList.remove("select2-hidden-accessible");
            one.removeAttribute("data-select2-id");
        }
        setTimeout(() => after.forEach(line => line.querySelector(".form-row").dispatchEvent(
            new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: "", isAgain: true } }))));
    }, true);
    document.addEventListener("formset:removed", event => {
        if (document.activeElement !== document.body) return;
        document.querySelector(`#${event.detail.formsetName}-group .add-row`)?.focus();
    });

    addEventListener("keydown", event => {
        if (!["Enter", " "].includes(event.key) || !event.target.matches?.("[data-by-key]")) return;
        event.preventDefault();
        event.target.click();
        // A person's own menu opens above its button, and so before it in the order of tabs.
        const above = event.target.previousElementSibling;
        if (above?.matches("nav")) setTimeout(() => above.querySelector(`${OWN}, [data-by-key]`)?.focus(), 250);
    });
})();

// Who has chosen System gets its new light at once, not with the next page.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    const page = window.Alpine?.$data(document.documentElement);
    if (page?.adminTheme !== "auto") return;
    // Unfold asks the system whenever the choice is made.
    page.adminTheme = "";
    page.adminTheme = "auto";
});
