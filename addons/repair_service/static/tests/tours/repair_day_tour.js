import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const next = (label) => ({
    content: `the next step: ${label}`, trigger: `.o_form_view .o_repair_day_bar .btn-primary:contains('${label}'):enabled`, run: "click",
});
const scan = (code) => [
    { trigger: ".o_repair_scan input", run: `edit ${code}` },
    { trigger: ".o_repair_scan button[type=submit]:enabled", run: "click" },
];
const sign = () => [
    { trigger: ".modal .o_field_widget[name='signature'] .o_signature", run: "click" },
    { trigger: ".modal canvas.o_web_sign_signature", run: "canvasNotEmpty" },
    { trigger: ".modal:has(canvas) footer button.btn-primary:enabled", run: "click" },
    { trigger: ".modal .o_field_widget[name='signature'] img.o_signature" },
    { trigger: ".modal footer button[name='action_confirm']", run: "click" },
];
const fits = () => ({
    content: "nothing lies beyond the edge of a telephone",
    trigger: ".o_repair_day_bar",
    run() {
        const width = document.documentElement.clientWidth;
        const wide = [document.documentElement, ...document.querySelectorAll(".o_content, .o_form_renderer")].filter(
            (element) => element.scrollWidth > Math.max(element.clientWidth, 1) + 1
        );
        if (width > 400 || wide.length) {
            throw new Error(`Too wide at ${width} px: ${wide.map((element) => element.className || element.tagName)}`);
        }
    },
});

// Started at "My day" at a telephone's width, with one visit; ends with the money taken.
tours.add("repair_technician_day", {
    steps: () => [
        { content: "the customer can be called", trigger: ".o_kanban_record a[href^='tel:']" },
        { content: "and found", trigger: ".o_kanban_record a[href*='uri.amap.com']" },
        { trigger: ".o_kanban_record button[name='action_next_step']:contains('Set off')", run: "click" },
        { trigger: ".o_kanban_record button[name='action_next_step']:contains('I have arrived')", run: "click" },
        fits(),
        { trigger: ".o_field_widget[name='diagnosis'] textarea", run: "edit The fan motor stands still" },
        next("Record the diagnosis"),
        ...scan("FM-9"),
        { trigger: ".o_field_widget[name='move_ids'] .o_kanban_record:contains('FM-9')" },
        fits(),
        next("Send the quotation"),
        next("Customer signs the quotation"),
        ...sign(),
        next("Start the repair"),
        { trigger: ".o_repair_day_bar .btn-primary:contains('Confirm the parts used')" },
        ...scan("FM-9"),
        { trigger: ".o_field_widget[name='move_ids'] .o_kanban_record:contains('Fitted:')" },
        next("Final inspection"),
        { content: "the measured point", trigger: ".o_repair_day_points a:contains('Note the value')", run: "click" },
        { trigger: ".modal .o_field_widget[name='value'] input", run: "edit 5 && press Tab" },
        { content: "which answers the point", trigger: ".modal .o_field_widget[name='answer'] input[data-value='pass']:checked" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: ".o_repair_day_points .o_kanban_record:contains('Insulation'):not(:has(a))" },
        fits(),
        { trigger: ".o_repair_day_bar button[name='action_pass_open']", run: "click" },
        { content: "every point is answered", trigger: ".o_repair_day_bar:not(:has(button[name='action_pass_open']))" },
        { trigger: ".o_repair_day_bar button[name='action_validate_day']", run: "click" },
        next("Customer signs the acceptance"),
        ...sign(),
        next("Take the payment"),
        { trigger: ".modal .o_field_widget[name='method'] input[data-value='cash']", run: "click" },
        { trigger: ".modal footer .btn-primary:contains('Payment taken')", run: "click" },
        { content: "paid", trigger: ".o_field_widget[name='payment_ids'] .o_kanban_record" },
        { content: "nothing is left to do", trigger: ".o_form_view:not(:has(.o_repair_day_bar))" },
    ],
});
