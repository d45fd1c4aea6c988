import { registry } from "@web/core/registry";

// Started at the link of an order whose quotation waits for the customer.
registry.category("web_tour.tours").add("repair_customer_approves", {
    steps: () => [
        {
            content: "the page says what comes next",
            trigger: "#repair_next a[href='#repair_quotation']",
        },
        {
            content: "the total stands on the quotation",
            trigger: "#repair_total",
        },
        {
            content: "open the approval",
            trigger: "#repair_approve_open",
            run: "click",
        },
        {
            content: "the name can be cleared, and then nothing can be sent",
            trigger: "#repair_approve.show .o_web_sign_name_and_signature input",
            run: "clear",
        },
        {
            trigger: "#repair_approve .o_portal_sign_submit:disabled",
        },
        {
            content: "write the name",
            trigger: "#repair_approve .o_web_sign_name_and_signature input",
            run: "fill 王芳",
        },
        {
            content: "the signature is there",
            trigger: "#repair_approve canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            content: "approve",
            trigger: "#repair_approve .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the page says thank you",
            trigger: "#o_repair_page .alert-success",
        },
        {
            content: "and nothing is left to approve",
            trigger: "#o_repair_page:not(:has(#repair_approve_open))",
        },
    ],
});

registry.category("web_tour.tours").add("repair_customer_refuses", {
    steps: () => [
        {
            content: "open the refusal",
            trigger: "#repair_refuse_open",
            run: "click",
        },
        {
            content: "say why",
            trigger: "#repair_refuse.show textarea[name='reason']",
            run: "edit 太贵了",
        },
        {
            content: "refuse",
            trigger: "#repair_refuse button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the refusal is recorded",
            trigger: "#repair_quotation:contains(太贵了)",
        },
        {
            content: "and nothing is left to approve",
            trigger: "#o_repair_page:not(:has(#repair_approve_open))",
        },
    ],
});

registry.category("web_tour.tours").add("repair_customer_accepts", {
    steps: () => [
        {
            content: "open the acceptance",
            trigger: "#repair_accept_open",
            run: "click",
        },
        {
            content: "the signature is drawn from the name",
            trigger: "#repair_accept.show canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            content: "accept",
            trigger: "#repair_accept .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "warranty card and service record are ready",
            trigger: "#repair_papers a[href*='warranty_card']",
        },
        {
            trigger: "#repair_papers a[href*='service_record']",
        },
    ],
});
