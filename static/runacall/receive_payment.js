// Receive payment: a tick pays an invoice, and what the parts come to is said while somebody types. Counted in cents,
// since 0.1 + 0.2 is not 0.3 here; the server checks everything again.
(() => {
    "use strict";

    const whose = document.getElementById("whose");
    const customer = whose && whose.querySelector("select");
    if (customer && window.django && window.django.jQuery) {
        // Select2 tells only jQuery of a choice.
        window.django.jQuery(customer).on("select2:select", () => whose.requestSubmit());
    }

    const form = document.getElementById("receive");
    if (!form) return;
    const amount = document.getElementById("id_amount");
    const rest = document.getElementById("id_rest_is_credit");
    const said = document.getElementById("sum");
    const ticks = [...form.querySelectorAll("[data-pays]")];
    const fieldOf = tick => document.getElementById(tick.dataset.pays);
    const cents = text => {
        const number = Number(String(text).replace(/[$,\s]/g, ""));
        return Number.isFinite(number) ? Math.round(number * 100) : 0;
    };
    const written = number => (number / 100).toFixed(2);
    const money = number => "$" + (number / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
    const paid = () => ticks.reduce((sum, tick) => sum + cents(fieldOf(tick).value), 0);
    // Until somebody types an amount, it is what the chosen invoices come to.
    let typed = amount.value !== "";

    const say = () => {
        for (const tick of ticks) tick.checked = cents(fieldOf(tick).value) > 0;
        const count = ticks.filter(tick => tick.checked).length;
        const left = cents(amount.value) - paid();
        const words = [`Pays ${money(paid())} of ${count} ${count === 1 ? "invoice" : "invoices"}.`];
        if (left > 0) words.push(`${money(left)} is left: ${rest.checked ? "it stays as credit." : "choose another invoice, or keep it as credit."}`);
        if (left < 0) words.push(`That is ${money(-left)} more than the amount received.`);
        said.textContent = words.join(" ");
        said.classList.toggle("rac-error", left < 0);
    };
    const follow = () => {
        if (!typed) amount.value = paid() ? written(paid()) : "";
    };

    for (const tick of ticks) {
        const field = fieldOf(tick);
        tick.addEventListener("change", () => {
            const open = cents(field.dataset.open);
            const left = cents(amount.value) - paid();
            field.value = tick.checked ? written(typed && left > 0 ? Math.min(open, left) : open) : "";
            follow();
            say();
        });
        field.addEventListener("input", () => { follow(); say(); });
    }
    amount.addEventListener("input", () => { typed = amount.value !== ""; say(); });
    rest.addEventListener("change", say);
    const spread = document.getElementById("oldest-first");
    if (spread) spread.addEventListener("click", () => {
        let left = cents(amount.value);
        for (const tick of ticks) {
            const field = fieldOf(tick);
            const part = Math.min(left, cents(field.dataset.open));
            field.value = part > 0 ? written(part) : "";
            left -= part;
        }
        typed = amount.value !== "";
        say();
    });
    form.addEventListener("submit", () => { form.querySelector("[type=submit]").disabled = true; });
    addEventListener("pageshow", () => { form.querySelector("[type=submit]").disabled = false; });
    say();
})();
