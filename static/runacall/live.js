// Parts of a page that ask by themselves what has become of them: what has not changed is left as it stands, so
// that nothing flickers and no keyboard loses its place.
(function () {
    "use strict";

    const last = new WeakMap();

    // Each answer brings other tokens, which change nothing.
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
})();
