import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ScanPart } from "@repair_service/technician_day/scan_part";

/** The same line on a receipt: what is scanned came in. */
export class ScanReceipt extends ScanPart {
    static model = "stock.picking";

    get question() {
        return { title: _t("More than expected"), confirmLabel: _t("Receive more") };
    }
}

registry.category("view_widgets").add("repair_scan_receipt", { component: ScanReceipt });
