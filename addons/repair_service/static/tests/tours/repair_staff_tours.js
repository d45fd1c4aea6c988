import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const choose = (field, text, item = text) => [
    { trigger: `.o_field_widget[name='${field}'] input`, run: `edit ${text}` },
    { trigger: `.o-autocomplete--dropdown-item:contains('${item}')`, run: "click" },
];
const openTab = (name) => ({ trigger: `.o_notebook_headers a[name='${name}']`, run: "click" });
const press = (name) => ({ trigger: `.o_form_statusbar button[name='${name}']:enabled`, run: "click" });
const atStage = (value) => ({ trigger: `.o_statusbar_status .o_arrow_button_current[data-value='${value}']` });

// Started at a new service order; the appliance is found by the caller's telephone number.
tours.add("repair_desk_takes_request", {
    steps: () => [
        ...choose("appliance_id", "138 0000 1234", "TOUR-1"),
        { content: "the verdict is there at once", trigger: "div[name='coverage_reason']:contains('.'), div[name='coverage_reason']:contains('a')" },
        { trigger: ".o_field_widget[name='fault_description'] textarea", run: "edit Runs all day, not cold" },
        ...choose("symptom_id", "Does not cool"),
        press("action_book"),
        { content: "free visits are proposed with their reasons", trigger: ".modal .o_data_row td[name='reasons']" },
        { trigger: ".modal .o_data_row button[name='action_book']", run: "click" },
        atStage("booked"),
    ],
});

// Started at the booked order, as its technician.
tours.add("repair_technician_quotes", {
    steps: () => [
        openTab("diagnosis"),
        ...choose("cause_id", "Fan motor worn"),
        { trigger: ".o_field_widget[name='diagnosis'] textarea", run: "edit The fan motor stands still" },
        press("action_diagnose"),
        atStage("diagnosed"),
        openTab("parts"),
        { trigger: ".o_field_widget[name='move_ids'] .o_field_x2many_list_row_add a:first", run: "click" },
        { trigger: ".o_field_widget[name='move_ids'] .o_selected_row .o_field_widget[name='product_id'] input", run: "edit Fan motor" },
        { trigger: ".o-autocomplete--dropdown-item:contains('FM-9')", run: "click" },
        press("action_send_quotation"),
        atStage("quoted"),
    ],
});

// Started at the approved order, as its technician.
tours.add("repair_technician_repairs", {
    steps: () => [
        press("action_repair_start"),
        atStage("repairing"),
        press("action_new_inspection"),
        { content: "the checklist of the family", trigger: ".o_data_row:contains('Insulation') td[name='value']", run: "click" },
        { trigger: ".o_selected_row .o_field_widget[name='value'] input", run: "edit 5" },
        { trigger: ".o_form_statusbar button[name='action_pass_open']", run: "click" },
        { trigger: "div[name='open_count']:contains(0)" },
        press("action_validate"),
        { content: "finished, with date and inspector", trigger: "div[name='done_on']" },
    ],
});

// Started at the inspected order, as its technician: the customer signs on the telephone.
tours.add("repair_customer_signs_on_the_spot", {
    steps: () => [
        { trigger: ".o_form_statusbar button[data-hotkey='t']", run: "click" },
        { trigger: ".modal .o_field_widget[name='signature'] .o_signature", run: "click" },
        { trigger: ".modal canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        { trigger: ".modal:has(canvas) footer button.btn-primary:enabled", run: "click" },
        { trigger: ".modal .o_field_widget[name='signature'] img.o_signature" },
        { trigger: ".modal footer button[name='action_confirm']", run: "click" },
        atStage("accepted"),
    ],
});

// Started at the accepted order, as the accountant.
tours.add("repair_accountant_invoices", {
    steps: () => [
        press("action_create_invoice"),
        { trigger: ".o_form_statusbar button[name='action_post']:enabled", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current[data-value='posted']" },
    ],
});

// Started at the invoiced order, as the desk.
tours.add("repair_desk_closes", {
    steps: () => [press("action_close"), atStage("closed")],
});
