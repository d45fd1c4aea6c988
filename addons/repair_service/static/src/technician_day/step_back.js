import { registry } from "@web/core/registry";

/** Go back to the page from which the last one was opened; it is read anew there. */
async function stepBack(env) {
    try {
        await env.services.action.restore();
    } catch {
        // Opened by its address, with nothing before it.
        await env.services.action.doAction("repair_service.repair_appointment_action_day", { clearBreadcrumbs: true });
    }
}

registry.category("actions").add("repair_service.step_back", stepBack);
