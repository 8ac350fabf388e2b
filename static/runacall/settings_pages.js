// "Use it": selects the suggestion in its drop-down; it does not save. A warning shows as soon as a
// code is chosen whose percentage is not the rate's.
(function () {
    "use strict";

    // Where there are very many choices, the page has them once, and a drop-down gets them when it is about to open.
    function fill(select) {
        const shared = select && select.dataset.sharedOptions;
        if (!shared) {
            return;
        }
        delete select.dataset.sharedOptions;
        const there = new Set(Array.from(select.options, (option) => option.value));
        const added = document.getElementById(shared).content.cloneNode(true);
        added.querySelectorAll("option").forEach(function (option) {
            if (there.has(option.value)) {
                option.remove();
            }
        });
        select.append(added);
    }

    ["pointerdown", "focusin"].forEach(function (name) {
        document.addEventListener(name, function (event) {
            fill(event.target.closest("select[data-shared-options]"));
        });
    });

    document.addEventListener("click", function (event) {
        const button = event.target.closest("[data-choose]");
        if (!button) {
            return;
        }
        const select = document.getElementById(button.dataset.choose);
        fill(select);
        select.value = button.dataset.value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
        select.focus();
    });

    // Says whether the chosen code's percentage is the rate's.
    function compare(select) {
        const known = document.getElementById("code-percents");
        if (!known) {
            return;
        }
        const ours = select.dataset.percent;
        const theirs = JSON.parse(known.textContent)[select.value];
        const differs = theirs !== undefined && Number(theirs) !== Number(ours);
        const notice = document.getElementById(select.id + "-percent");
        const words = select.form.dataset.otherPercent;
        notice.textContent = differs ? words.replace("{theirs}", theirs).replace("{ours}", ours) : "";
        notice.hidden = !differs;
    }

    document.addEventListener("change", function (event) {
        const select = event.target.closest("select[data-percent]");
        if (select) {
            compare(select);
        }
    });
    // What was chosen and is not saved is still chosen on the page that says so.
    document.querySelectorAll("select[data-percent]").forEach(compare);
})();
