// A link to a step of the checklist opens it.
(() => {
    const open = () => {
        const step = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
        const details = step && step.querySelector("details");
        if (details && !details.open) {
            details.open = true;
            step.scrollIntoView();
        }
    };
    addEventListener("hashchange", open);
    open();
})();
