// The invoice form while somebody types: an item fills in what an empty box stands for, and the lines and sums are what
// saving would make of them. The server counts; here is only asked and shown. Without this script the form saves the same.
(() => {
    "use strict";

    const sums = document.getElementById("sums");
    const form = document.getElementById("invoice_form");
    const $ = window.django && window.django.jQuery;
    if (!sums || !sums.dataset.figures || !form || !$) return;

    const BOXES = ["description", "unit_price", "tax_rates"];
    // Beside the buttons, which stay in sight while the lines go on.
    const said = document.getElementById("total-said");
    document.querySelector("#submit-row .container")?.append(said);
    said.className = "rac-total";
    // What each box was given by us; what a person typed over it is theirs.
    const ours = new WeakMap();
    const groups = () => [...form.querySelectorAll("#lines-data > .form-group:not(.empty-form)")];
    const box = (group, name) => group.querySelector(`[name$="-${name}"]`);
    const valueOf = field => field.multiple ? [...field.selectedOptions].map(one => one.value).sort().join() : field.value.trim();
    const isSame = (field, value) => field.type === "number" && field.value && value ? Number(field.value) === Number(value) : valueOf(field) === value;
    const isFree = field => (field.multiple ? false : !field.value.trim()) || (ours.has(field) && isSame(field, ours.get(field)));
    // The rates that an untouched new line has.
    const template = form.querySelector("#lines-data > .empty-form [name$='-tax_rates']");
    const untouched = template ? [...template.selectedOptions].map(one => one.value) : [];

    // The form as it would be sent, with the boxes that are ours left as empty as they were.
    const asked = () => {
        const data = new FormData(form);
        for (const group of groups()) {
            for (const name of BOXES) {
                const field = box(group, name);
                if (!field || !isFree(field)) continue;
                data.delete(field.name);
                if (field.multiple) untouched.forEach(rate => data.append(field.name, rate));
                else data.set(field.name, "");
            }
        }
        return data;
    };

    const put = (field, value, text) => {
        if (field.multiple) {
            field.replaceChildren(...value.map(([id, name]) => new Option(name, id, true, true)));
            $(field).trigger("change.select2");
        } else if (!isSame(field, value)) {
            field.value = value;
        }
        ours.set(field, text);
    };

    const fill = (group, filled) => {
        for (const name of BOXES) {
            const field = box(group, name);
            const value = filled[name];
            if (!field || value === null || field === document.activeElement) continue;
            const text = field.multiple ? value.map(([id]) => String(id)).sort().join() : value;
            if (isSame(field, text)) ours.set(field, text);
            else if (isFree(field)) put(field, value, text);
        }
    };

    const show = answer => {
        groups().forEach((group, number) => {
            const line = answer.lines[number];
            if (!line) return;
            group.querySelector("[data-amount]").textContent = line.amount;
            fill(group, line.filled);
        });
        sums.innerHTML = answer.sums;
        sums.hidden = false;
        const total = [...sums.querySelectorAll("dt")].find(one => one.textContent === "Total");
        const text = total ? `Total ${total.nextElementSibling.textContent}` : "";
        if (said.textContent !== text) said.textContent = text;
    };

    let last = null;
    const ask = async () => {
        if (last) last.abort();
        const mine = last = new AbortController();
        try {
            const options = { method: "POST", body: asked(), signal: mine.signal, credentials: "same-origin" };
            const answer = await fetch(sums.dataset.figures, options);
            if (!answer.ok || answer.redirected) throw new Error(answer.status);
            show(await answer.json());
        } catch (problem) {
            if (problem.name === "AbortError" || mine !== last) return;
            sums.textContent = "The sums could not be worked out just now. They will be when you save.";
        }
    };
    let timer = 0;
    const soon = wait => { clearTimeout(timer); timer = setTimeout(ask, wait); };
    const matters = name => /^lines-|^(customer|discount|discount_name)$/.test(name || "");

    // By jQuery, which Select2 tells of a choice and the document is not told.
    $(form).on("input change", ":input", event => {
        if (!matters(event.target.name)) return;
        // A choice is made at once; typing goes on.
        soon(event.type === "change" ? 0 : 250);
    });
    // What a person passes by empty is filled in behind them.
    $(form).on("focusout", ":input", event => {
        if (/^lines-/.test(event.target.name || "") && event.target.value === "") soon(0);
    });
    document.addEventListener("formset:removed", () => soon(0));
    document.addEventListener("formset:added", () => soon(0));
    // The browser may have put back what was typed before; and what an item filled in is known again by asking.
    addEventListener("pageshow", () => soon(0));
})();
