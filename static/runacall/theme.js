// Light or dark as the person chose in the menu, on pages that load nothing else from the admin.
try {
    const chosen = JSON.parse(localStorage.getItem("adminTheme") || "null");
    if (chosen === "dark" || chosen === "light") document.documentElement.classList.add(chosen);
} catch {
    // Storage is blocked: keep the system's setting.
}
