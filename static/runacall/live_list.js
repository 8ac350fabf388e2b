// The live list of the sync log: each answer is compared with the page, and only the differences are changed. Focus,
// opened rows, checked boxes and typed text stay. An opened row that has left the list stays until it is closed. The
// answer has all cards of causes only while they are unfolded; folded away again, they stay as they are.
(function () {
    "use strict";

    const PARTS = ["sync-banner", "sync-badge", "results", "questions", "causes", "chips", "list", "pager"];

    function isBusy(node) {
        return node.contains(document.activeElement) && document.activeElement !== document.body
            || node.querySelector(".rac-open[aria-expanded='true']") !== null;
    }

    function copyAttributes(old, fresh) {
        const own = (old.dataset && old.dataset.own || "").split(" ");
        for (const attribute of fresh.attributes) {
            if (!own.includes(attribute.name) && old.getAttribute(attribute.name) !== attribute.value) {
                old.setAttribute(attribute.name, attribute.value);
            }
        }
        for (const attribute of Array.from(old.attributes)) {
            if (!own.includes(attribute.name) && !fresh.hasAttribute(attribute.name)) {
                old.removeAttribute(attribute.name);
            }
        }
    }

    function morph(old, fresh) {
        if (old.nodeType !== Node.ELEMENT_NODE) {
            if (old.nodeValue !== fresh.nodeValue) {
                old.nodeValue = fresh.nodeValue;
            }
            return;
        }
        // Django masks its token anew for each answer; the one that is there stays valid.
        if (old.dataset.own === "*" || fresh.hasAttribute("data-left-out") || old.name === "csrfmiddlewaretoken") {
            return;
        }
        copyAttributes(old, fresh);
        morphChildren(old, fresh);
    }

    function isSame(old, fresh) {
        return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && (old.id || "") === (fresh.id || "");
    }

    function morphChildren(old, fresh) {
        const wanted = new Set(Array.from(fresh.children, (node) => node.id).filter(Boolean));
        const stays = new Set();
        for (const child of Array.from(old.children)) {
            if (child.id && !wanted.has(child.id)) {
                if (child.classList.contains("rac-event") && isBusy(child)) {
                    child.classList.add("rac-left");
                    stays.add(child);
                } else if (child.id === "rows" && isBusy(child)) {
                    // The list is empty except for opened rows.
                    child.querySelectorAll(".rac-event").forEach((row) => {
                        if (isBusy(row)) {
                            row.classList.add("rac-left");
                        } else {
                            row.remove();
                        }
                    });
                    stays.add(child);
                } else {
                    child.remove();
                }
            }
        }
        const known = new Map(Array.from(old.children, (node) => [node.id, node]).filter(([id]) => id));
        let here = old.firstChild;
        const skip = () => { while (here && stays.has(here)) { here = here.nextSibling; } };
        for (const node of Array.from(fresh.childNodes)) {
            skip();
            const match = node.id ? known.get(node.id) : (here && isSame(here, node) ? here : null);
            if (!match) {
                const added = document.importNode(node, true);
                old.insertBefore(added, here);
                if (added.nodeType === Node.ELEMENT_NODE) {
                    window.htmx.process(added);
                }
                continue;
            }
            if (match === here) {
                here = here.nextSibling;
            } else {
                old.insertBefore(match, here);
            }
            morph(match, node);
        }
        while (here) {
            const gone = here;
            here = here.nextSibling;
            if (!stays.has(gone)) {
                gone.remove();
            }
        }
    }

    // The row in use may move; scroll with it, so that it stays in the same place on the screen.
    function anchor() {
        const active = document.activeElement;
        const row = active && active.closest(".rac-event")
            || (document.querySelector(".rac-open[aria-expanded='true']") || { closest: () => null }).closest(".rac-event");
        const card = active && active.closest("#causes .rac-card");
        const place = card ? Array.from(document.querySelectorAll("#causes .rac-card")).indexOf(card) : 0;
        return { active, row, top: row ? row.getBoundingClientRect().top : 0, card, place };
    }

    // What stood in a card may be gone: the card itself, or the next one, is told instead.
    function restoreToCard(card, place) {
        const cards = Array.from(document.querySelectorAll("#causes .rac-card"));
        const here = card.isConnected ? card : document.getElementById(card.id);
        const next = here || cards[Math.min(place, cards.length - 1)];
        const heading = next ? next.querySelector("h2") : document.querySelector("#chips a");
        if (heading) {
            heading.focus({ preventScroll: true });
        }
    }

    function restore({ active, row, top, card, place }) {
        if (card && !active.isConnected && (document.activeElement === document.body || !document.activeElement)) {
            restoreToCard(card, place);
            return;
        }
        if (row && row.isConnected) {
            const moved = row.getBoundingClientRect().top - top;
            if (moved && top >= 0 && top <= window.innerHeight) {
                window.scrollBy(0, moved);
            }
        }
        if (active && active !== document.body && active.isConnected && document.activeElement !== active) {
            active.focus({ preventScroll: true });
        }
    }

    function opened() {
        return Array.from(document.querySelectorAll(".rac-open[aria-expanded='true']"), (one) => one.closest(".rac-event"));
    }

    function told(row) {
        return row.querySelector(".rac-row").textContent;
    }

    // An opened row is now about another attempt; while somebody is reading in it, leave it alone.
    function reread(row) {
        const details = row.querySelector(".rac-details-row");
        if (!details.contains(document.activeElement) && !details.querySelector("[data-asks]")) {
            window.htmx.trigger(row.querySelector(".rac-open"), "open");
        }
    }

    document.addEventListener("htmx:configRequest", function (event) {
        if (event.detail.target && event.detail.target.id === "live") {
            event.detail.parameters.open = opened().map((row) => row.id.replace("event-", ""));
            if (document.querySelector(".rac-causes-more[open]")) {
                event.detail.parameters.causes = "all";
            }
        }
    });

    // --- cards that are folded away ------------------------------------------------------------------------------

    // One that is shown at once by now stays there only: the answer had nothing in place of those folded away.
    function dropDoubles() {
        document.querySelectorAll(".rac-causes-more .rac-card").forEach(function (card) {
            if (document.getElementById(card.id) !== card) {
                card.remove();
            }
        });
    }

    // The link that asked for them a second time is gone with their coming.
    function goOnFromLink(active) {
        const heading = document.querySelector(".rac-causes-more .rac-card h2");
        if (active && active.closest(".rac-causes-ask") && heading) {
            heading.focus({ preventScroll: true });
        }
    }

    function sayNotLoaded(event) {
        const asked = event.target.closest && event.target.closest(".rac-causes-ask");
        if (asked) {
            asked.dataset.failed = "";
        }
    }

    ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, sayNotLoaded));

    // --- an answer -----------------------------------------------------------------------------------------------

    function versions() {
        return new Map(Array.from(document.querySelectorAll(".rac-fix"), (form) => [form, form.dataset.version]));
    }

    // What a fix would come to may have changed with what it is for.
    function foreseeAgain(before) {
        before.forEach(function (version, form) {
            if (form.isConnected && form.dataset.version !== version) {
                window.htmx.trigger(form.querySelector(".rac-fix-forecast"), "forecast");
            }
        });
    }

    // False: this was another page, as of somebody who is logged out.
    function refresh(answer) {
        const fresh = new DOMParser().parseFromString(answer, "text/html");
        const asker = fresh.getElementById("live");
        if (!asker) {
            return false;
        }
        const before = anchor();
        const fixes = versions();
        const said = new Map(Array.from(opened(), (row) => [row, told(row)]));
        for (const id of PARTS) {
            const old = document.getElementById(id);
            const part = fresh.getElementById(id);
            if (old && part) {
                morph(old, part);
            }
        }
        for (const row of fresh.querySelectorAll("#kept > .rac-event")) {
            const old = document.getElementById(row.id);
            if (old && !fresh.querySelector("#list #" + row.id)) {
                row.classList.add("rac-left");
                morph(old, row);
            }
        }
        dropDoubles();
        restore(before);
        goOnFromLink(before.active);
        foreseeAgain(fixes);
        said.forEach((before, row) => { if (row.isConnected && told(row) !== before) { reread(row); } });
        document.dispatchEvent(new CustomEvent("log-refreshed"));
        const old = document.getElementById("live");
        if (old.dataset.every !== asker.dataset.every) {
            const next = document.importNode(asker, true);
            old.replaceWith(next);
            window.htmx.process(next);
        }
        return true;
    }

    document.addEventListener("htmx:beforeSwap", function (event) {
        if (event.detail.target && event.detail.target.id === "live") {
            event.detail.shouldSwap = false;
            if (event.detail.xhr.status !== 200 || !refresh(event.detail.serverResponse)) {
                sayNotLoaded({ target: event.detail.requestConfig.elt });
            }
        }
    });

    function ask() {
        if (window.htmx && document.getElementById("live")) {
            window.htmx.trigger(document.body, "log-changed");
        }
    }

    // The row may have stayed only because it was open or had the focus.
    document.addEventListener("row-closed", ask);
    document.addEventListener("focusout", function (event) {
        const row = event.target.closest && event.target.closest(".rac-left");
        if (row && !row.contains(event.relatedTarget)) {
            setTimeout(ask);
        }
    });
})();
