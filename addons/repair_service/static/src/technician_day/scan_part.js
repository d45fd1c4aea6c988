import { Component, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** One line for a part's code: typed, sent by a hand scanner, or read by the phone's camera. */
export class ScanPart extends Component {
    static template = "repair_service.ScanPart";
    static props = standardWidgetProps;
    static model = "repair.order";

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.dialog = useService("dialog");
        this.input = useRef("input");
        this.state = useState({ busy: false });
        this.hasCamera = isBarcodeScannerSupported();
    }

    async onCamera() {
        let code;
        try {
            code = await scanBarcode(this.env);
        } catch {
            this.notification.add(_t("The camera gives no picture: type the code."), { type: "warning" });
            return;
        }
        if ("vibrate" in navigator) {
            navigator.vibrate(100);
        }
        await this.take(code);
    }

    async onSubmit() {
        const code = this.input.el.value.trim();
        if (!code) {
            this.input.el.focus();
            return;
        }
        this.input.el.value = "";
        await this.take(code);
    }

    /** What was typed elsewhere on the form is kept: it is saved before the part is taken. */
    async take(code, add = false) {
        const { record } = this.props;
        if (this.state.busy || ((await record.isDirty()) && !(await record.save()))) {
            return;
        }
        this.state.busy = true;
        try {
            const answer = await this.orm.call(
                this.constructor.model, "action_scan_part", [[record.resId], code], { add, ...this.options });
            const { status, message, warning } = answer;
            if (status === "ask") {
                this.ask(code, message);
            } else {
                this.onTaken(answer);
                this.notification.add(message, warning ? { type: "warning", sticky: true } : { type: "success" });
                await record.load();
            }
        } finally {
            this.state.busy = false;
        }
    }

    /** What else the server has to know of the scan. */
    get options() {
        return {};
    }

    onTaken() {}

    get question() {
        return { title: _t("Add this part?"), confirmLabel: _t("Add to the order") };
    }

    ask(code, message) {
        this.dialog.add(ConfirmationDialog, {
            ...this.question,
            body: message,
            confirm: () => this.take(code, true),
            cancel: () => {},
        });
    }
}

registry.category("view_widgets").add("repair_scan_part", { component: ScanPart });
