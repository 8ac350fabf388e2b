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
})();
