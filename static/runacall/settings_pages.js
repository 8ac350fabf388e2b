// "Use it": selects the suggestion in its drop-down; it does not save.
(function () {
    "use strict";

    document.addEventListener("click", function (event) {
        const button = event.target.closest("[data-choose]");
        if (!button) {
            return;
        }
        const select = document.getElementById(button.dataset.choose);
        select.value = button.dataset.value;
        select.focus();
    });
})();
