// The sync log: rows that open in place, and selecting rows across pages. All handlers are delegated, because rows
// are replaced while the page is open.
(function () {
    "use strict";

    // --- rows that open -----------------------------------------------------------------------------------------

    function toggle(button) {
        const row = document.getElementById(button.getAttribute("aria-controls"));
        const opens = button.getAttribute("aria-expanded") !== "true";
        button.setAttribute("aria-expanded", String(opens));
        row.hidden = !opens;
        if (opens) {
            window.htmx.trigger(button, "open");
        } else {
            row.firstElementChild.replaceChildren();
            document.dispatchEvent(new CustomEvent("row-closed"));
        }
    }

    document.addEventListener("click", function (event) {
        // On a phone a cause is folded until somebody wants to fix it.
        const opener = event.target.closest(".rac-card-opener");
        if (opener) {
            opener.setAttribute("aria-expanded", String(opener.getAttribute("aria-expanded") !== "true"));
            return;
        }
        const button = event.target.closest(".rac-open");
        if (button) {
            toggle(button);
            return;
        }
        // A click on the row itself opens it too; the button is there for the keyboard.
        const row = event.target.closest(".rac-row");
        const meant = !event.target.closest("a, button, input, label") && !String(window.getSelection());
        if (row && meant) {
            toggle(row.querySelector(".rac-open"));
        }
    });

    document.addEventListener("keydown", function (event) {
        if (event.key !== "Escape") {
            return;
        }
        const panel = event.target.closest("details[open]");
        if (panel) {
            panel.open = false;
            panel.querySelector("summary").focus();
            return;
        }
        const details = event.target.closest(".rac-details-row");
        if (details) {
            const button = document.querySelector('[aria-controls="' + details.id + '"]');
            toggle(button);
            button.focus();
        }
    });

    // --- selection ----------------------------------------------------------------------------------------------

    function boxes() {
        return Array.from(document.querySelectorAll("input.action-select"));
    }

    function across() {
        return document.querySelector("#changelist-form .select-across");
    }

    // Rows that were marked on other pages of the same list stay marked, in this tab.
    const KEPT = "logSelection", MOST = 200;

    function listKey() {
        const query = new URLSearchParams(location.search);
        ["p", "e", "o"].forEach((name) => query.delete(name));
        query.sort();
        return query.toString();
    }

    function kept() {
        try {
            const stored = JSON.parse(sessionStorage.getItem(KEPT) || "null");
            return new Set(stored && stored.list === listKey() ? stored.ids : []);
        } catch {
            return new Set();
        }
    }

    function keep(ids) {
        try {
            sessionStorage.setItem(KEPT, JSON.stringify({ list: listKey(), ids: Array.from(ids) }));
        } catch {
            // Storage is blocked: only the marks of this page count.
        }
    }

    // The marks of this page become part of what is kept; returns those on other pages.
    function remember() {
        const ids = kept();
        boxes().forEach((box) => {
            ids.delete(box.value);
            if (box.checked && ids.size < MOST) {
                ids.add(box.value);
            } else {
                box.checked = false;
            }
        });
        keep(ids);
        const here = new Set(boxes().map((box) => box.value));
        return Array.from(ids).filter((id) => !here.has(id));
    }

    function recall() {
        const ids = kept();
        boxes().forEach((box) => { box.checked = box.checked || ids.has(box.value); });
    }

    function show(isAcross) {
        const bar = document.getElementById("selection");
        const toggleAll = document.getElementById("action-toggle");
        if (!bar || !document.getElementById("list")) {
            return;
        }
        const elsewhere = remember().length;
        const all = boxes();
        const here = all.filter((box) => box.checked).length;
        const chosen = here + elsewhere;
        const list = document.getElementById("list").dataset;
        const total = Number(list.total);
        // "10,000+" where nobody counted to the end.
        const said = total.toLocaleString("en-US") + (list.more || "");
        const isAll = here > 0 && here === all.length;
        bar.hidden = chosen === 0;
        if (toggleAll) {
            toggleAll.checked = isAll;
            toggleAll.indeterminate = here > 0 && !isAll;
        }
        const matching = isAcross || (isAll && total === chosen);
        // "Retry all" always means the filter, and asks first; "Retry" means the selected rows.
        const meansAll = matching && total > 1;
        across().value = meansAll ? "1" : "0";
        bar.querySelector(".rac-selection-count").textContent = matching
            ? (total === 1 ? "The one that matches is selected" : "All " + said + " that match are selected")
            : chosen + " selected" + (elsewhere ? " (" + elsewhere + " on other pages)" : "");
        const offer = bar.querySelector("[data-select-across]");
        offer.textContent = "Select all " + said + " that match";
        offer.hidden = isAcross || !isAll || total === chosen;
        bar.querySelectorAll("[data-label]").forEach(function (button) {
            button.textContent = meansAll ? button.dataset.labelForAll : button.dataset.label;
        });
    }

    // What is marked on other pages goes along with the form, and is done with then.
    document.addEventListener("submit", function (event) {
        if (event.target.id !== "changelist-form") {
            return;
        }
        remember().forEach(function (id) {
            const field = document.createElement("input");
            field.type = "hidden";
            field.name = "_selected_action";
            field.value = id;
            event.target.append(field);
        });
        keep([]);
    });

    // A click with Shift marks everything from the last click to here.
    let lastClicked = null;

    document.addEventListener("click", function (event) {
        const box = event.target.closest("input.action-select");
        if (!box) {
            return;
        }
        const all = boxes();
        const from = event.shiftKey && lastClicked ? all.indexOf(lastClicked) : -1;
        if (from >= 0) {
            const to = all.indexOf(box);
            all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((one) => { one.checked = box.checked; });
            show(false);
        }
        lastClicked = box;
    });

    document.addEventListener("change", function (event) {
        if (event.target.id === "action-toggle") {
            boxes().forEach((box) => { box.checked = event.target.checked; });
            show(false);
        } else if (event.target.classList.contains("action-select")) {
            show(false);
        }
    });

    document.addEventListener("click", function (event) {
        if (event.target.closest("[data-select-across]")) {
            show(true);
        } else if (event.target.closest("[data-select-none]")) {
            boxes().forEach((box) => { box.checked = false; });
            keep([]);
            show(false);
        }
    });

    // Rows were added or removed: selected rows stay selected, and "all that match" includes the new ones.
    document.addEventListener("log-refreshed", function () {
        const bar = document.getElementById("selection");
        if (!bar) {
            return;
        }
        const isAcross = !bar.hidden && across().value === "1";
        recall();
        if (isAcross) {
            boxes().forEach((box) => { box.checked = true; });
        }
        show(isAcross);
    });

    // The browser may restore earlier checkbox states.
    window.addEventListener("pageshow", function () {
        recall();
        show(across() !== null && across().value === "1");
    });
})();
