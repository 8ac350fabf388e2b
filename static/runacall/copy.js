// Copies the text of the element that a button names by data-copy.
(function () {
    "use strict";

    function fallback(text) {
        const area = document.createElement("textarea");
        area.value = text;
        document.body.appendChild(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    }

    document.addEventListener("click", async function (event) {
        const button = event.target.closest("[data-copy]");
        if (!button) {
            return;
        }
        const text = document.querySelector(button.dataset.copy).textContent.trim();
        try {
            await navigator.clipboard.writeText(text);
        } catch (refused) {
            fallback(text);
        }
        const label = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = label; }, 2000);
    });
})();
