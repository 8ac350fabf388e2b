// Every control of the page as {key, href, path, field}; `data-walk` marks each, so that the walk finds it again.
(regions) => {
    const WANTED = "a, button, input:not([type=hidden]), select, textarea, summary, [x-on\\:click]";
    // A row that "Add another" copies, the box that a chooser draws over its select, and the ground behind a panel.
    const NOT_CONTROLS = ".empty-form *, .select2-container *, .select2, #changelist-filter-close, [x-on\\:click\\.outside]";
    const ROLES = { A: "link", SELECT: "choice", TEXTAREA: "text", SUMMARY: "button", INPUT: "text" };
    const KINDS = { checkbox: "tick", radio: "radio", submit: "button", button: "button" };

    function words(element) {
        const copy = element.cloneNode(true);
        copy.querySelectorAll(".material-symbols-outlined, select, input, textarea, script, style, small").forEach((one) => one.remove());
        return copy.textContent.replace(/\s+/g, " ").replace("*", "").trim();
    }

    function name(element) {
        const labels = element.labels && element.labels.length ? element.labels[0] : null;
        // A switch has its name in bold, and under it what it means.
        const label = labels ? words(labels.querySelector("b") || labels) : "";
        const icon = element.querySelector(".material-symbols-outlined") || element;
        const own = ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName) ? "" : words(element);
        const isIcon = own === "" || element.classList.contains("material-symbols-outlined");
        const titled = element.title || (element.querySelector("[title]") || {}).title;
        return element.getAttribute("aria-label") || label || (isIcon ? "" : own) || element.placeholder || titled
            || element.name || icon.textContent.trim();
    }

    function section(element) {
        const heading = element.closest("#nav-sidebar-apps li, #nav-sidebar-apps > div, #nav-sidebar-apps div")?.closest("div:has(> h2)")?.querySelector("h2");
        return heading ? words(heading) + " / " : "";
    }

    const elements = Array.from(document.querySelectorAll(WANTED)).filter((one) => !one.matches(NOT_CONTROLS));
    const names = new Map(elements.map((one) => [one, name(one)]));
    // Fields of one form that are called alike (two addresses have a city each) go by what the form calls them.
    const alike = new Map();
    elements.filter((one) => one.form && one.name).forEach((one) => {
        const called = `${one.form.id} ${one.type} ${names.get(one)}`;
        alike.set(called, (alike.get(called) || new Set()).add(one.name.replace(/\d+/g, "#")));
    });

    document.querySelectorAll("[data-walk]").forEach((one) => one.removeAttribute("data-walk"));
    return elements.map((element, number) => {
        element.setAttribute("data-walk", number);
        const region = regions.find(([, selector]) => element.closest(selector));
        const role = KINDS[element.type] || ROLES[element.tagName] || "button";
        const where = region ? region[0] : "page";
        const isField = ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName) && role !== "button";
        const twins = element.form && alike.get(`${element.form.id} ${element.type} ${names.get(element)}`);
        const own = isField && twins && twins.size > 1 ? element.name : names.get(element);
        const called = (where === "menu" ? section(element) : "") + own;
        return {
            number,
            name: called,
            key: `${where}: ${role} ${called.replace(/\S+@\S+/g, "@").replace(/[\d,.]*\d/g, "#").slice(0, 70)}`,
            href: element.tagName === "A" ? element.href : "",
            form: element.form ? element.form.id || element.form.action : "",
        };
    });
}
