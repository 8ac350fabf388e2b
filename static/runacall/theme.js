// Light or dark as the person chose in the menu, else as the system is, on pages that load nothing else from the admin.
try {
    const chosen = JSON.parse(localStorage.getItem("adminTheme") || "null");
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.documentElement.classList.add(chosen === "dark" || chosen === "light" ? chosen : system);
} catch {
    // Storage is blocked: keep the system's setting.
}
