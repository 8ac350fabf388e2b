// The sync log by keyboard: j k x Enter r / ?, a help dialog, one steady live region, and focus that stays after an
// action. Single keys can be turned off in the help (WCAG 2.1.4), since speech software types them.
(function () {
    "use strict";

    const OFF = "logKeysOff";
    let pending = "";

    function isOff() {
        try {
            return localStorage.getItem(OFF) === "1";
        } catch {
            return false;
        }
    }

    function openers() {
        return Array.from(document.querySelectorAll(".rac-event .rac-open"));
    }

    function current() {
        const row = document.activeElement && document.activeElement.closest(".rac-event")
            || document.querySelector(".rac-event[data-current]");
        return row && row.isConnected ? row : null;
    }

    function goTo(row) {
        document.querySelectorAll(".rac-event[data-current]").forEach((one) => one.removeAttribute("data-current"));
        row.setAttribute("data-current", "");
        const opener = row.querySelector(".rac-open");
        opener.focus({ preventScroll: true });
        row.querySelector(".rac-row").scrollIntoView({ block: "nearest" });
    }

    function move(step) {
        const all = openers().map((one) => one.closest(".rac-event"));
        const here = all.indexOf(current());
        const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
        if (all[next]) {
            goTo(all[next]);
        }
    }

    function mark() {
        const row = current();
        const box = row && row.querySelector(".action-select");
        if (box) {
            box.click();
            goTo(row);
        }
    }

    function retryOf(row) {
        return row.querySelector('form[action$="/retry/"]');
    }

    // r: the marked rows, else the current one, which opens so that the result can be read.
    function retry() {
        const bar = document.getElementById("selection");
        const button = bar && !bar.hidden && bar.querySelector('button[value="retry"]');
        if (button) {
            button.click();
            return;
        }
        const row = current();
        if (!row) {
            say("Choose a row with j or k first.");
            return;
        }
        const form = retryOf(row);
        if (form) {
            form.requestSubmit();
            return;
        }
        pending = row.id;
        const opener = row.querySelector(".rac-open");
        if (opener.getAttribute("aria-expanded") === "true") {
            afterOpening(row);
        } else {
            opener.click();
        }
    }

    function afterOpening(row) {
        if (pending !== row.id) {
            return;
        }
        pending = "";
        const form = retryOf(row);
        if (form) {
            form.requestSubmit();
        } else {
            say("This one cannot be retried.");
        }
    }

    function say(words) {
        const region = document.getElementById("said");
        if (region && words) {
            // The same words again are said again.
            region.textContent = "";
            setTimeout(() => { region.textContent = words; }, 50);
        }
    }

    function help() {
        const dialog = document.getElementById("keys");
        if (dialog && !dialog.open) {
            dialog.showModal();
            dialog.querySelector("[data-keys-on]").checked = !isOff();
        }
    }

    const KEYS = {
        j: () => move(1),
        k: () => move(-1),
        x: mark,
        r: retry,
        "/": () => { const box = document.querySelector(".rac-search input[type=search]"); box.focus(); box.select(); },
        "?": help,
    };

    document.addEventListener("keydown", function (event) {
        const types = event.target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable], dialog, [role=dialog]");
        if (types || event.ctrlKey || event.metaKey || event.altKey || (isOff() && event.key !== "?")) {
            return;
        }
        if (KEYS[event.key]) {
            event.preventDefault();
            KEYS[event.key]();
        }
    });

    document.addEventListener("click", function (event) {
        const dialog = event.target.closest("#keys");
        if (event.target.closest("[data-help-keys]")) {
            help();
        } else if (dialog && event.target.closest("[data-close]")) {
            dialog.close();
        }
    });

    document.addEventListener("change", function (event) {
        if (event.target.matches("[data-keys-on]")) {
            try {
                localStorage.setItem(OFF, event.target.checked ? "" : "1");
            } catch {
                // Storage is blocked: they stay on.
            }
        }
    });

    document.addEventListener("focusin", function (event) {
        const row = event.target.closest(".rac-event");
        if (row && !row.hasAttribute("data-current")) {
            document.querySelectorAll(".rac-event[data-current]").forEach((one) => one.removeAttribute("data-current"));
            row.setAttribute("data-current", "");
        }
    });

    // --- after an action in a row: its result is said, and the focus stays in the row -----------------------------

    let held = null;

    document.addEventListener("htmx:beforeSwap", function (event) {
        const target = event.detail.target;
        held = target && target.closest(".rac-details-row") && target.contains(document.activeElement) ? target : null;
    });

    document.addEventListener("htmx:afterSwap", function (event) {
        const target = event.detail.target;
        if (!target || !target.closest(".rac-details-row")) {
            return;
        }
        if (held === target && !target.contains(document.activeElement)) {
            target.querySelector(".rac-details").focus({ preventScroll: true });
        }
        held = null;
        const verb = event.detail.requestConfig && event.detail.requestConfig.verb;
        if (verb === "post") {
            const notice = target.querySelector(".rac-notice");
            say(notice ? notice.textContent.trim().replace(/\s+/g, " ") : "");
        }
    });

    // Only now do the forms of the row answer without leaving the page.
    document.addEventListener("htmx:afterSettle", function (event) {
        const row = event.detail.target && event.detail.target.closest(".rac-event");
        if (row) {
            afterOpening(row);
        }
    });

    // The results of the person's own actions, when the list has been refreshed.
    let told = null;

    document.addEventListener("log-refreshed", function () {
        const results = document.getElementById("results");
        const words = results ? results.textContent.trim().replace(/\s+/g, " ") : "";
        if (told !== null && words !== told) {
            say(words);
        }
        told = words;
    });
})();
