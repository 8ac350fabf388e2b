// Parts of a page that refresh themselves. What has not changed is left alone, so that nothing flickers and the
// keyboard focus stays where it is.
(function () {
    "use strict";

    const last = new WeakMap();

    // Each answer has new CSRF tokens; a different token alone is no change.
    function plain(answer) {
        return answer.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
    }

    document.addEventListener("htmx:beforeSwap", function (event) {
        const asker = event.detail.requestConfig && event.detail.requestConfig.elt;
        if (!asker || !asker.matches("[data-asks]") || event.detail.xhr.status !== 200) {
            return;
        }
        const answer = plain(event.detail.serverResponse);
        if (last.get(asker) === answer) {
            event.detail.shouldSwap = false;
        }
        last.set(asker, answer);
    });

    // In a form that fixes a cause: the field that belongs to the chosen option; caught on the way down, before the
    // forecast reads the form.
    document.addEventListener("change", function (event) {
        const form = event.target.closest(".rac-fix");
        if (form && event.target.name === "choice") {
            form.querySelectorAll("[data-for]").forEach(function (label) {
                label.hidden = label.dataset.for !== event.target.value;
                label.querySelector("input").disabled = label.hidden;
            });
        }
    }, true);

    // A fix can give an invoice another number or date. Its form has them too, and would bring the old ones back.
    const HEAD = "invoice-head", FIELDS = ["id_number", "id_invoice_date", "id_due_date"];

    async function readInvoiceAgain() {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const head = fresh.getElementById(HEAD);
        if (!answer.ok || !head) {
            return;
        }
        document.getElementById(HEAD).replaceWith(document.importNode(head, true));
        FIELDS.forEach(function (id) {
            const [here, there] = [document.getElementById(id), fresh.getElementById(id)];
            // What a person typed stays.
            if (here && there && here.value === here.defaultValue) {
                here.value = here.defaultValue = there.value;
            }
        });
    }

    document.addEventListener("log-changed", function () {
        if (document.getElementById(HEAD)) {
            // Without an answer the form keeps what it has.
            readInvoiceAgain().catch(() => {});
        }
    });

    // What stood in the way was fixed, and its button is gone: the focus goes to where the result is said.
    document.addEventListener("htmx:afterSettle", function (event) {
        const said = document.getElementById("preflight-said");
        const asker = event.detail.requestConfig && event.detail.requestConfig.elt;
        if (said && asker && asker.matches("[data-renewed]") && document.activeElement === document.body) {
            said.focus();
        }
    });
})();
